import { describe, expect, it } from 'vitest';
import type { PeConfig } from '../../../src/base/pe-config.ts';
import type { PersonalFile } from '../../../src/base/personal.ts';
import { formatCopy, newestCopy, parseCopy } from '../../../src/base/personal-copy.ts';
import { autostartOf, isNew, personalised, renamedHosts, withKeys } from '../../../src/pe/lib/personal.ts';
import { changedPasswords, withoutPassword } from '../../../src/pe/lib/systems/passwords.ts';

const recipe: PeConfig = {
  ...{ name: 'box', version: '1', hostname: 'box', systemsDir: '/hd', consoles: [], services: {} },
  rootLogin: 'one-time',
  network: {
    dns: ['192.0.2.1'],
    search: ['example.org'],
    interfaces: [{ match: '*', ipv4: 'dhcp', ipv6: 'auto' }],
  },
};
const file: PersonalFile = {
  version: 1,
  settings: { hostname: 'pe7', passwordHash: '$6$a$b', autostart: ['web', 'db'] },
  set: { hostname: 'one', passwordHash: 'one', autostart: 'one' },
};

describe('personal settings in the PE', () => {
  it('lie over the recipe', () => {
    const card = { match: 'eth0', ipv4: { address: '192.0.2.7/24' }, ipv6: 'off' } as const;
    const after = personalised(recipe, { hostname: 'pe7', network: { dns: [], interfaces: [card] } });
    expect(after).toEqual({
      ...recipe,
      hostname: 'pe7',
      network: { dns: [], search: ['example.org'], interfaces: [card, ...recipe.network.interfaces] },
    });
  });

  it('with keys or a password need no one-time password', () => {
    expect(personalised(recipe, { sshKeys: ['k'] }).rootLogin).toBe('locked');
    expect(personalised(recipe, { passwordHash: '$6$a$b' }).rootLogin).toBe('hash');
    expect(personalised({ ...recipe, rootLogin: 'hash' }, { sshKeys: ['k'] }).rootLogin).toBe('hash');
    expect(personalised(recipe, { hostname: 'x' }).rootLogin).toBe('one-time');
  });

  it('put keys behind those that are there, once', () => {
    expect(withKeys('a\n\nb', ['b', 'c'])).toBe('a\nb\nc\n');
    expect(renamedHosts('127.0.0.1\tlocalhost\n127.0.1.1\tbox\n', 'pe7.example.org')).toBe(
      '127.0.0.1\tlocalhost\n127.0.1.1\tpe7.example.org pe7\n',
    );
  });

  it('are new until they have been seen, and again when they are set again', () => {
    expect(isNew(file, {}, 'passwordHash')).toBe(true);
    expect(isNew(file, { passwordHash: 'one' }, 'passwordHash')).toBe(false);
    expect(isNew({ ...file, set: { passwordHash: 'two' } }, { passwordHash: 'one' }, 'passwordHash')).toBe(
      true,
    );
    expect(isNew(file, {}, 'network')).toBe(false);
  });

  it('leave no trace among passwords that a person has changed', () => {
    const image = 'root:*:1:0:9:7:::\nann:*:1:0:9:7:::\n';
    const now = 'root:$6$a$b:1:0:9:7:::\nann:$6$c$d:1:0:9:7:::\n';
    expect(changedPasswords(image, now, undefined, '$6$a$b')).toBe('ann:$6$c$d:1:0:9:7:::\n');
    expect(withoutPassword(now, 'root')).toBe('ann:$6$c$d:1:0:9:7:::\n');
  });

  it('say which systems start, until the person says otherwise', () => {
    const first = autostartOf(file, undefined);
    expect([first.starts('web', false), first.starts('old', true)]).toEqual([true, false]);
    expect(first.missing(['web', 'old'])).toEqual(['db']);
    const told = first.told(['web', 'old']);
    expect(told).toEqual({ set: 'one', done: ['web', 'old'] });
    const later = autostartOf(file, told);
    // `systemx set web autostart=no`, and a system that was made later.
    expect([later.starts('web', false), later.starts('new', true)]).toEqual([false, true]);
    expect(later.told(['web', 'old'])).toBeUndefined();
    // One that was made later by that name.
    expect(later.starts('db', false)).toBe(true);
    expect(later.told(['web', 'db', 'new'])).toEqual({ set: 'one', done: ['web', 'old', 'db'] });
    const again = autostartOf({ ...file, set: { autostart: 'two' } }, told);
    expect(again.starts('web', false)).toBe(true);
    const without = autostartOf({ version: 1, settings: {}, set: {} }, undefined);
    expect([without.starts('web', true), without.told(['web'])]).toEqual([true, undefined]);
  });
});

describe('a copy of personal settings', () => {
  it('is read whatever follows it', () => {
    expect(parseCopy(`${formatCopy({ sequence: 7, file })}rubbish`)).toEqual({ sequence: 7, file });
    expect(parseCopy('-\nrubbish')).toBe('unused');
  });

  it.each([
    ['a changed letter', (text: string) => text.replace('pe7', 'pe8'), /checksum/],
    ['a changed sequence', (text: string) => text.replace(' 7 ', ' 8 '), /checksum/],
    ['an end that is missing', (text: string) => text.slice(0, -5), /checksum/],
    ['a changed head', (text: string) => text.replace('diskbios-', 'diskbios_'), /damaged/],
  ])('with %s does not count', (_, damage, problem) => {
    const text = damage(formatCopy({ sequence: 7, file }));
    expect(parseCopy(text)).toEqual({ problem: expect.stringMatching(problem) as string });
    expect(newestCopy([text, '-\n'])).toMatchObject({ problem: expect.stringMatching(problem) as string });
    expect(newestCopy([text, formatCopy({ sequence: 1, file })])).toMatchObject({ sequence: 1, index: 1 });
  });

  it('that a newer diskbios wrote, or with what cannot be, is refused whole', () => {
    const odd = {
      version: 1,
      settings: { hostname: 'A B', colour: 'red' },
      set: {},
    } as unknown as PersonalFile;
    expect(parseCopy(formatCopy({ sequence: 1, file: odd }))).toMatchObject({
      problem: expect.any(String) as string,
    });
    const later = { ...file, version: 2 } as unknown as PersonalFile;
    expect(parseCopy(formatCopy({ sequence: 1, file: later }))).toEqual({
      problem: 'they are of another version',
    });
  });
});
