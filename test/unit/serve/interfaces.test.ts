import type { NetworkInterfaceInfo } from 'node:os';
import { expect, test } from 'vitest';
import { UserError } from '../../../src/base/errors.ts';
import { cardsOfIp, chooseInterface, dhcpRange, interfacesOf } from '../../../src/serve/interfaces.ts';

const card = (address: string, over: Partial<NetworkInterfaceInfo> = {}): NetworkInterfaceInfo[] => [
  {
    ...{ address, netmask: '255.255.255.0', family: 'IPv4', mac: '52:54:00:00:00:01', internal: false },
    cidr: `${address}/24`,
    ...over,
  } as NetworkInterfaceInfo,
];
const lo = card('127.0.0.1', { internal: true });
const eth0 = { name: 'eth0', address: '10.0.0.5', netmask: '255.255.255.0' };

function mistake(work: () => unknown): {
  message: string;
  expected?: string | undefined;
  hint?: string | undefined;
} {
  try {
    work();
  } catch (error) {
    if (error instanceof UserError && error.diagnostics[0] !== undefined) return error.diagnostics[0];
    throw error;
  }
  throw new Error('it was taken');
}

test('the only card is taken, several are listed, loopback is none', () => {
  const cards = { lo, eth0: card('10.0.0.5'), wlan0: card('fe80::1', { family: 'IPv6' }) };
  expect(interfacesOf(cards)).toEqual([eth0]);
  expect(chooseInterface(undefined, cards)).toEqual(eth0);
  const two = { ...cards, eth1: card('192.168.7.1') };
  expect(mistake(() => chooseInterface(undefined, two)).expected).toBe(
    '--interface with one of: eth0 (10.0.0.5), eth1 (192.168.7.1)',
  );
  expect(chooseInterface('eth1', two).address).toBe('192.168.7.1');
  expect(mistake(() => chooseInterface('eht1', two))).toMatchObject({ hint: 'did you mean eth1?' });
  expect(mistake(() => chooseInterface('wlan0', two)).message).toContain('no IPv4 address');
  expect(mistake(() => chooseInterface(undefined, { lo })).message).toBe('there is no network to serve on');
});

test('a range of addresses is of the network, in order, and without our own', () => {
  expect(dhcpRange('10.0.0.100-10.0.0.199', eth0)).toEqual({ first: '10.0.0.100', last: '10.0.0.199' });
  const wide = { ...eth0, address: '192.168.1.1', netmask: '255.255.0.0' };
  expect(dhcpRange('192.168.2.0-192.168.3.9', wide)).toEqual({ first: '192.168.2.0', last: '192.168.3.9' });
  for (const [text, why] of [
    ['10.0.0.100', 'no two addresses'],
    ['10.0.0.100-10.0.0.300', 'no two addresses'],
    ['10.0.1.100-10.0.1.199', 'not both are of that network'],
    ['10.0.0.199-10.0.0.100', 'after the last'],
    ['10.0.0.1-10.0.0.9', "10.0.0.5 is this machine's own"],
  ] as const)
    expect(mistake(() => dhcpRange(text, eth0)).message).toContain(why);
});

test('a card without a link is there as well, as `ip` has it', () => {
  const cards = cardsOfIp(
    JSON.stringify([
      {},
      { ifname: 'lo', flags: ['LOOPBACK', 'UP'], addr_info: [{ local: '127.0.0.1', prefixlen: 8 }] },
      { ifname: 'eth1', flags: ['NO-CARRIER', 'UP'], addr_info: [{ local: '10.1.0.1', prefixlen: 20 }] },
    ]),
  );
  expect(interfacesOf(cards)).toEqual([{ name: 'eth1', address: '10.1.0.1', netmask: '255.255.240.0' }]);
});
