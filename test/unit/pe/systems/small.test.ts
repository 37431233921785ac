import { describe, expect, test } from 'vitest';
import { networkOverride } from '../../../../src/base/network-override.ts';
import { parseMounts } from '../../../../src/pe/lib/mount-table.ts';
import { freeIdBase, idsEach } from '../../../../src/pe/lib/systems/ids.ts';
import { changedPasswords, withPasswords } from '../../../../src/pe/lib/systems/passwords.ts';
import {
  endVerdict,
  type RunState,
  serviceName,
  systemOfService,
} from '../../../../src/pe/lib/systems/run-state.ts';
import { nextToStart, type Planned } from '../../../../src/pe/lib/systems/start-order.ts';
import { toUtf8 } from '../../../../src/pe/lib/utf8.ts';

describe('nextToStart', () => {
  const one = (name: string, over: Partial<Planned> = {}): Planned => ({
    ...{ name, order: 50, after: [], state: 'waiting' },
    ...over,
  });

  /** Names of what starts side by side, until nothing is left. */
  const waves = (plan: readonly Planned[]): string[][] => {
    let now = plan;
    const result: string[][] = [];
    for (let next = nextToStart(now); next.length > 0; next = nextToStart(now)) {
      result.push(next);
      const begun = next;
      now = now.map((item) => (begun.includes(item.name) ? { ...item, state: 'settled' } : item));
    }
    return result;
  };

  test('equals side by side, smaller order first', () => {
    expect(waves([one('b'), one('a'), one('c', { order: 10 })])).toEqual([['c'], ['b', 'a']]);
  });

  test('each after those that it names; names that are not started do not count', () => {
    expect(
      waves([one('web', { after: ['db', 'gone'] }), one('db', { after: ['disk'] }), one('disk')]),
    ).toEqual([['disk'], ['db'], ['web']]);
  });

  test('one that an earlier one needs is early too', () => {
    expect(waves([one('web', { order: 1, after: ['db'] }), one('db', { order: 90 }), one('x')])).toEqual([
      ['db'],
      ['web'],
      ['x'],
    ]);
  });

  test('nothing while the one before is starting', () => {
    expect(nextToStart([one('a', { order: 1, state: 'starting' }), one('b')])).toEqual([]);
  });

  test('a circle is started all the same, and one that waits for itself', () => {
    expect(
      waves([one('a', { after: ['b'] }), one('b', { after: ['a'] })])
        .flat()
        .sort(),
    ).toEqual(['a', 'b']);
    expect(waves([one('a', { after: ['a'] })])).toEqual([['a']]);
  });
});

describe('endVerdict', () => {
  const state: RunState = {
    ...{ folder: '/hd/web', engine: 'chroot', refused: [], final: false, patience: 1, started: 1 },
    ends: { powerOff: [130], reboot: [129] },
  };
  test.each([
    [129, state, 'start-again'],
    [130, state, 'stay-off'],
    [1, state, 'by-policy'],
    [1, undefined, 'by-policy'],
    [129, { ...state, refused: ['no'] }, 'by-policy'],
    [1, { ...state, refused: ['no'], final: true }, 'give-up'],
  ])('code %i', (code, known, what) => {
    expect(endVerdict(code, known).what).toBe(what);
  });
  test('names', () => {
    expect(systemOfService(serviceName('web'))).toBe('web');
    expect(systemOfService('sshd')).toBeUndefined();
  });
});

describe('passwords', () => {
  const image = 'root:*:20000:0:99999:7:::\nbob:$6$a$b:20000:0:99999:7:::\n';
  const changed = image.replace('root:*:', 'root:$y$x$y:');

  test('what was changed is kept and put back', () => {
    const kept = changedPasswords(image, changed, undefined);
    expect(kept).toBe('root:$y$x$y:20000:0:99999:7:::\n');
    expect(withPasswords(image, kept)).toEqual({ text: changed, users: ['root'], problems: [] });
  });

  test('the one-time password never is, nor are strangers', () => {
    expect(changedPasswords(image, changed, '$y$x$y')).toBe('');
    expect(changedPasswords(image, `${image}eve:$6$e$e:1:0:9:7:::\n`, undefined)).toBe('');
  });

  test('garbage does not get into /etc/shadow', () => {
    const kept = '\u0000\u0001\nroot:x\nroot:$y$x$y:20000:0:99999:7::: extra\neve:$6$e$e:1:0:9:7:::\n';
    const { text, users, problems } = withPasswords(image, kept);
    expect(text).toBe(image);
    expect(users).toEqual([]);
    expect(problems).toContain('this image has no user eve');
    expect(withPasswords(image, '').text).toBe(image);
  });
});

describe('networkOverride', () => {
  const recipe = {
    dns: ['9.9.9.9'],
    search: [],
    interfaces: [{ match: 'en*', ipv4: 'dhcp', ipv6: 'auto' }],
  } as const;

  test('goes before the recipe', () => {
    const fixed = { match: 'eth0', ipv4: { address: '192.0.2.7/24', gateway: '192.0.2.1' }, ipv6: 'off' };
    expect(networkOverride(recipe, { dns: ['192.0.2.53'], interfaces: [fixed] })).toEqual({
      network: { dns: ['192.0.2.53'], search: [], interfaces: [fixed, recipe.interfaces[0]] },
      problems: [],
    });
  });

  test('sets the network of the systems', () => {
    const { network, problems } = networkOverride(recipe, { systems: { ipv4: '10.99.0.0/24' } });
    expect(problems).toEqual([]);
    expect(network).toEqual({ ...recipe, systems: { ipv4: '10.99.0.0/24', ipv6: 'auto' } });
    expect(networkOverride({ ...recipe, systems: { ipv6: 'off' } }, {}).network.systems).toEqual({
      ipv6: 'off',
    });
  });

  test.each([
    [{ systems: { ipv4: '10.99.0.1/24' } }, /^systems\.ipv4 is neither auto nor an IPv4 network/],
    [undefined, 'it is no JSON object'],
    [{ dns: ['no'] }, 'dns[0] is no address'],
    [{ interfaces: [{ match: 'a;b' }] }, 'interfaces[0].match is no name of a card, nor a glob'],
    [
      { interfaces: [{ match: 'eth0', ipv4: { address: '1.2.3.4' } }] },
      /ipv4\.address is no IPv4 address with/,
    ],
    [{ interfaces: [{ match: 'eth0', ipv4: 'yes' }] }, 'interfaces[0].ipv4 is none of dhcp, off'],
    [{ bridge: 1 }, 'bridge is not known here'],
  ])('%j leaves the recipe alone', (json, problem) => {
    const { network, problems } = networkOverride(recipe, json);
    expect(network).toBe(recipe);
    if (problem instanceof RegExp) expect(problems.join()).toMatch(problem);
    else expect(problems).toContain(problem);
  });
});

test('parseMounts', () => {
  expect(parseMounts('/dev/vda1 /srv/my\\040disk ext4 rw,noatime 0 0\n')).toEqual([
    { what: '/dev/vda1', at: '/srv/my disk', type: 'ext4', options: ['rw', 'noatime'] },
  ]);
});

test('freeIdBase fills gaps', () => {
  const first = freeIdBase([]);
  expect(first % idsEach).toBe(0);
  expect(freeIdBase([undefined, first, first + 2 * idsEach])).toBe(first + idsEach);
});

test.each(['plain', 'ä€𝄞', ''])('toUtf8 %s', (text) => {
  expect(Buffer.from(toUtf8(text)).toString()).toBe(text);
});
test('toUtf8 takes what is no whole character', () => {
  expect(Buffer.from(toUtf8('a\ud800b')).toString()).toBe('a\ufffdb');
});
