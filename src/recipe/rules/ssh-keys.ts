import { nearestFile } from '../disk.ts';
import { didYouMean } from '../problems.ts';
import type { RawKey } from '../raw.ts';
import { keyFault, keyFilePath, readKeyFile } from '../ssh-keys.ts';
import type { Path } from '../yaml/located.ts';
import type { Span } from '../yaml/source.ts';
import { type Facts, isWhole, keyAt, type Rule, valueAt } from './rule.ts';

/** Keys are public keys, and there is something to log in to with them. */
export const sshKeyRules: Rule = (facts) => {
  const { pe } = facts.raw;
  const lists: [Path, readonly RawKey[]][] = [
    [['pe', 'ssh-keys'], pe['ssh-keys']],
    ...pe.users.map((user, n): [Path, readonly RawKey[]] => [
      ['pe', 'users', n, 'ssh-keys'],
      user['ssh-keys'],
    ]),
  ];
  for (const [path, keys] of lists) {
    for (const [n, key] of keys.entries()) checkKey(facts, [...path, n], key);
    if (keys.length > 0) checkServer(facts, path);
  }
};

function checkKey(facts: Facts, path: Path, key: RawKey): void {
  if (typeof key === 'string') {
    reportFault(facts, valueAt(facts, path), key);
    return;
  }
  const span = valueAt(facts, [...path, 'file']);
  const file = keyFilePath(key.file, span.source.dir, facts.home);
  const found = readKeyFile(file);
  if (found === undefined) {
    facts.problems.error('missing-file', span, `there is no key file \`${key.file}\``, {
      expected:
        'a file, relative to the folder of the recipe it is written in, or to the home folder with `~/`',
      hint: didYouMean(nearestFile(key.file, file)),
    });
  }
  for (const each of found ?? []) reportFault(facts, span, each);
}

function reportFault(facts: Facts, span: Span, key: string): void {
  switch (keyFault(key)) {
    case undefined:
      return;
    case 'private':
      facts.problems.error(
        'private-key',
        span,
        'this is a private key, which must not leave its owner’s machine',
        {
          expected: 'the public key, one line that starts with ssh-ed25519',
          hint: 'take the file that ends in .pub; if this recipe was shared, make a new pair of keys',
        },
      );
      return;
    case 'malformed':
      facts.problems.error('bad-ssh-key', span, 'this is no public SSH key', {
        expected: 'one whole line such as `ssh-ed25519 AAAAC3Nza… name`',
        hint: 'print yours with: cat ~/.ssh/id_ed25519.pub',
      });
  }
}

/** Also in the middle of a shell line. */
const server = /(^|[\s/])(dropbear|sshd|tinysshd)(\s|$)/;

function checkServer(facts: Facts, path: Path): void {
  if (!isWhole(facts, ['pe', 'services'])) return;
  const started = Object.values(facts.raw.pe.services).some(({ enabled, run }) => {
    return enabled && server.test(typeof run === 'string' ? run : run.join(' '));
  });
  if (started) return;
  facts.problems.error(
    'no-effect',
    keyAt(facts, path),
    '`ssh-keys` has no effect: no SSH server is started',
    {
      expected: 'an enabled service that runs dropbear or sshd',
      hint: 'recipes that extend `diskbios` or `cloud` have one',
    },
  );
}
