import { describe, expect, test } from 'vitest';
import { addressProblem, gatewayProblem, parseCardValue } from '../../../../src/base/card-address.ts';
import { networkOverride } from '../../../../src/base/network-override.ts';
import { resetNetwork, setNetwork } from '../../../../src/pe/lib/systems/network-words.ts';
import {
  networkChanges,
  type OwnNetwork,
  readOwnNetwork,
  shownSettings,
} from '../../../../src/pe/lib/systems/own-network.ts';

const recipe = {
  dns: ['192.0.2.1'],
  search: [],
  interfaces: [{ match: 'en*', ipv4: 'dhcp', ipv6: 'auto' }],
} as const;
const around = { recipe, cards: ['enp1s0', 'wan0'] };

function set(own: OwnNetwork, ...words: string[]): OwnNetwork {
  const { own: after, mistakes } = setNetwork(own, words, around);
  expect(mistakes).toEqual([]);
  // What is written must be what the PE reads at the next boot.
  expect(networkOverride(recipe, JSON.parse(JSON.stringify(after))).problems).toEqual([]);
  return after;
}
const mistakes = (...words: string[]): string[] =>
  setNetwork({}, words, around).mistakes.map(({ message, expected, hint }) =>
    [message, expected ?? hint ?? ''].join(' | '),
  );
function reset(own: OwnNetwork, ...keys: string[]): OwnNetwork {
  const { own: after, mistakes: wrong } = resetNetwork(own, keys, recipe);
  expect(wrong).toEqual([]);
  return after;
}

const fixed = { address: '192.0.2.7/24', gateway: '192.0.2.254' };

describe('set', () => {
  test('of a card, what is not named stays as it was', () => {
    expect(set({}, 'enp1s0.ipv4=192.0.2.7/24,192.0.2.254')).toEqual({
      interfaces: [{ match: 'enp1s0', ipv4: fixed, ipv6: 'auto' }],
    });
    const off = set({}, 'enp1s0.ipv6=off');
    expect(set(off, 'enp1s0.ipv4=off').interfaces).toEqual([{ match: 'enp1s0', ipv4: 'off', ipv6: 'off' }]);
    expect(set({}, 'wan0.ipv6=2001:db8::7/64,fe80::1').interfaces).toEqual([
      { match: 'wan0', ipv4: 'dhcp', ipv6: { address: '2001:db8::7/64', gateway: 'fe80::1' } },
    ]);
  });

  test('cards go before globs, and what the recipe says anyway is not noted', () => {
    const both = set({}, 'e*.ipv4=off', 'enp1s0.ipv4=192.0.2.7/24');
    expect(both.interfaces?.map(({ match }) => match)).toEqual(['enp1s0', 'e*']);
    expect(set(set({}, 'enp1s0.ipv4=off'), 'enp1s0.ipv4=dhcp')).toEqual({});
  });

  test('lists are replaced, added to and taken from', () => {
    expect(set({}, 'dns+=2001:db8::53')).toEqual({ dns: ['192.0.2.1', '2001:db8::53'] });
    expect(set({}, 'dns-=192.0.2.1')).toEqual({ dns: [] });
    expect(set({}, 'dns=192.0.2.9,192.0.2.9', 'search=lan.example,example')).toEqual({
      ...{ dns: ['192.0.2.9'], search: ['lan.example', 'example'] },
    });
    expect(set({ dns: ['192.0.2.9'] }, 'dns=none')).toEqual({ dns: [] });
  });

  test('the network of the systems', () => {
    expect(set({}, 'systems.ipv4=10.99.0.0/24')).toEqual({ systems: { ipv4: '10.99.0.0/24' } });
    expect(set({ systems: { ipv4: '10.99.0.0/24' } }, 'systems.ipv6=off')).toEqual({
      systems: { ipv4: '10.99.0.0/24', ipv6: 'off' },
    });
  });

  test('every mistake is named with what was expected, and nothing is changed by it', () => {
    expect(mistakes('enp1s0.ipv4=192.0.2.7', 'eth7.ipv4=dhcp', 'dns=one', 'dms=192.0.2.1', 'word')).toEqual([
      expect.stringMatching(
        /^enp1s0\.ipv4: '192\.0\.2\.7' is no IPv4 address with its prefix length.* \| dhcp, off/,
      ),
      'eth7.ipv4: this machine has no card eth7 | enp1s0, or wan0, or a glob such as en*',
      "dns: 'one' is no address | addresses with commas, or none",
      'there is no setting dms | did you mean dns?',
      "'word' is no setting | KEY=VALUE, such as eth0.ipv4=dhcp",
    ]);
    expect(mistakes('enp1s0.ipv4+=dhcp')).toEqual(['enp1s0.ipv4 is no list, so it takes = only | ']);
    expect(mistakes('enp1s0.ipv6=dhcp', 'a b.ipv4=off', 'systems.ipv4=10.0.0.1')).toHaveLength(3);
    expect(mistakes('search=a b', 'search=lan\nnameserver 192.0.2.66')).toHaveLength(2);
    expect(mistakes('dns=')).toHaveLength(1);
  });
});

test.each([
  [4, '192.0.2.0/24', /network itself/],
  [4, '192.0.2.255/24', /broadcast/],
  [4, '192.0.2.7/0', /prefix length/],
  [4, '192.0.2.7/33', /prefix length/],
  [4, '192.0.2.300/24', /prefix length/],
  [6, '2001:db8::7', /prefix length/],
  [6, '1:2:3/64', /prefix length/],
  [6, '2001:db8::7/129', /prefix length/],
] as const)('IPv%d address %s is refused', (family, text, wrong) => {
  expect(addressProblem(family)(text)).toMatch(wrong);
});

test('addresses and gateways that can be', () => {
  expect(addressProblem(4)('192.0.2.0/31')).toBeUndefined();
  expect(gatewayProblem(4, '198.51.100.1', '192.0.2.7/32')).toBeUndefined();
  expect(gatewayProblem(4, '198.51.100.1', '192.0.2.7/24')).toBe(
    'is not in 192.0.2.0/24, the network of 192.0.2.7/24',
  );
  expect(gatewayProblem(4, '192.0.2.7', '192.0.2.7/24')).toBe("is the card's own address");
  expect(parseCardValue(4, '192.0.2.7/24,192.0.2.1,192.0.2.2')).toBe(
    'has more than an address and a gateway',
  );
  expect(parseCardValue(6, 'dhcp')).toBeTypeOf('string');
});

describe('reset', () => {
  const own = set({}, 'enp1s0.ipv4=off', 'enp1s0.ipv6=off', 'dns=none', 'systems.ipv4=10.99.0.0/24');

  test('all, or what is named', () => {
    expect(reset(own)).toEqual({});
    expect(reset(own, 'dns', 'enp1s0')).toEqual({ systems: { ipv4: '10.99.0.0/24' } });
    expect(reset(own, 'enp1s0.ipv4').interfaces).toEqual([{ match: 'enp1s0', ipv4: 'dhcp', ipv6: 'off' }]);
    expect(reset(own, 'enp1s0.ipv4', 'enp1s0.ipv6', 'systems.ipv4')).toEqual({ dns: [] });
  });

  test('what is not set cannot be', () => {
    const [wrong] = resetNetwork({ dns: [] }, ['wan0'], recipe).mistakes;
    expect(wrong).toMatchObject({ message: 'wan0 is not set on this machine', expected: 'dns' });
  });
});

test('it is shown what counts, whose it is, and what a change changes', () => {
  const own = set({}, 'enp1s0.ipv4=192.0.2.7/24', 'dns=none');
  expect(shownSettings(recipe, own).map(({ key, value, from }) => `${key} ${value} ${from}`)).toEqual([
    'enp1s0.ipv4 192.0.2.7/24 this machine',
    'enp1s0.ipv6 auto this machine',
    'en*.ipv4 dhcp recipe',
    'en*.ipv6 auto recipe',
    'dns none this machine',
    'search none recipe',
    'systems.ipv4 auto recipe',
    'systems.ipv6 auto recipe',
  ]);
  // As the PE has it: personal settings are laid over the recipe.
  const personal = {
    dns: ['192.0.2.53'],
    interfaces: [
      { match: 'enp1s0', ipv4: 'off', ipv6: 'off' },
      { match: 'en*', ipv4: 'off', ipv6: 'auto' },
    ],
  } as const;
  const laid = {
    ...recipe,
    dns: personal.dns,
    interfaces: [...personal.interfaces, ...recipe.interfaces],
  };
  const ownCard = set({}, 'enp1s0.ipv4=192.0.2.7/24');
  expect(
    shownSettings(laid, ownCard, personal).map(({ key, value, from }) => `${key} ${value} ${from}`),
  ).toEqual([
    'enp1s0.ipv4 192.0.2.7/24 this machine',
    'enp1s0.ipv6 auto this machine',
    'en*.ipv4 off personal settings',
    'en*.ipv6 auto personal settings',
    'dns 192.0.2.53 personal settings',
    'search none recipe',
    'systems.ipv4 auto recipe',
    'systems.ipv6 auto recipe',
  ]);
  expect(networkChanges(recipe, {}, own)).toEqual([
    'enp1s0.ipv4: dhcp -> 192.0.2.7/24',
    'dns: 192.0.2.1 -> none',
  ]);
  expect(networkChanges(recipe, {}, set({}, 'wan0.ipv4=off'))).toEqual([
    'wan0.ipv4: not used -> off',
    'wan0.ipv6: not used -> auto',
  ]);
  expect(networkChanges(recipe, own, own)).toEqual([]);
});

test('what was written by hand is filled in, or refused as a whole', () => {
  const json = {
    dns: null,
    interfaces: [{ match: 'wan0', ipv4: 'off' }],
    systems: { ipv4: null, ipv6: 'off' },
  };
  expect(readOwnNetwork(recipe, json)).toEqual({
    own: { interfaces: [{ match: 'wan0', ipv4: 'off', ipv6: 'auto' }], systems: { ipv6: 'off' } },
    problems: [],
  });
  expect(readOwnNetwork(recipe, {})).toEqual({ own: {}, problems: [] });
  const { own, problems } = readOwnNetwork(recipe, { dns: [], interfaces: [{ match: 'wan0', ipv4: 7 }] });
  expect(own).toEqual({});
  expect(problems.join()).toContain('interfaces[0].ipv4');
});

test.each(['192.0.2.0/24', '192.0.2.7'])('a card in a file cannot have the address %s', (address) => {
  const interfaces = [{ match: 'wan0', ipv4: { address } }];
  expect(networkOverride(recipe, { interfaces }).network).toBe(recipe);
});

test('a gateway in a file must be in reach, or the recipe stays', () => {
  const of = (gateway: string) =>
    networkOverride(recipe, { interfaces: [{ match: 'wan0', ipv4: { address: '192.0.2.7/24', gateway } }] });
  expect(of('192.0.2.1').problems).toEqual([]);
  expect(of('198.51.100.1').problems).toEqual([
    'interfaces[0].ipv4.gateway is not in 192.0.2.0/24, the network of 192.0.2.7/24',
  ]);
});
