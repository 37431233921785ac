import type { RawUser } from '../raw.ts';
import { type Facts, keyAt, type Rule, valueAt } from './rule.ts';

const hashFormat = /^(\$(1|5|6|y|7|2[aby])\$[^:\s]+|[!*])$/;

/** User ids are the users' own, passwords are hashes. */
export const accountRules: Rule = (facts) => {
  const { users } = facts.raw.pe;
  for (const [n, user] of users.entries()) {
    checkUid(facts, n, user);
    checkHash(facts, n, user);
    checkShell(facts, n, user);
  }
};

function checkUid(facts: Facts, n: number, user: RawUser): void {
  if (user.uid === undefined) return;
  const span = valueAt(facts, ['pe', 'users', n, 'uid']);
  if ((user.name === 'root') !== (user.uid === 0)) {
    facts.problems.error('bad-uid', span, `\`${user.name}\` cannot have the user id ${user.uid}`, {
      expected: user.name === 'root' ? 'the user id 0' : 'a user id from 1 on; 0 is root’s',
    });
  }
  const other = facts.raw.pe.users.slice(0, n).find((each) => each.uid === user.uid);
  if (other !== undefined) {
    facts.problems.error(
      'uid-clash',
      span,
      `\`${user.name}\` has the user id of \`${other.name}\`: ${user.uid}`,
      {
        expected: 'a user id of its own, or none: then one is chosen',
      },
    );
  }
}

function checkHash(facts: Facts, n: number, user: RawUser): void {
  const hash = user['password-hash'];
  if (hash === undefined || hashFormat.test(hash)) return;
  facts.problems.error(
    'plain-password',
    valueAt(facts, ['pe', 'users', n, 'password-hash']),
    'this is no password hash, and may be a password in plain text',
    {
      expected: 'a hash that starts with $6$, $5$, $y$, $2b$ or $1$',
      hint: 'make one with: openssl passwd -6',
    },
  );
}

const noLogin = ['nologin', 'false'];

function checkShell(facts: Facts, n: number, user: RawUser): void {
  const shell = user.shell.split('/').at(-1) ?? '';
  if (!noLogin.includes(shell)) return;
  for (const key of ['password-hash', 'ssh-keys'] as const) {
    const value = user[key];
    if (value === undefined || value.length === 0) continue;
    facts.problems.error(
      'no-effect',
      keyAt(facts, ['pe', 'users', n, key]),
      `\`${key}\` has no effect: the shell \`${user.shell}\` lets nobody in`,
      {
        expected: 'a login shell such as /bin/sh, or no way to log in',
      },
    );
  }
}
