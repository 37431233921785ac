import { describe, expect, test } from 'vitest';
import { shortenIpv6 } from '../../../src/base/ipv6.ts';
import type { PeConfig } from '../../../src/base/pe-config.ts';
import { ipv4Addresses, ipv6Addresses } from '../../../src/pe/lib/addresses.ts';
import {
  fromLease,
  fromLease6,
  interfaceConfig,
  ipv4Commands,
  ipv6Commands,
  parseLease,
  resolvConf,
  shellLine,
} from '../../../src/pe/lib/network-config.ts';

const lease = parseLease([
  'event=bound',
  'ip=10.0.2.15',
  'mask=24',
  'broadcast=10.0.2.255',
  'router=10.0.2.2',
  'dns=10.0.2.3 $(reboot)',
  'domain=example.org',
  'staticroutes=',
  'mtu=',
]);

const network: PeConfig['network'] = {
  dns: ['192.0.2.1'],
  search: ['lan'],
  interfaces: [
    { match: 'eth1', ipv4: { address: '192.0.2.7/24', gateway: '192.0.2.1' }, ipv6: 'off' },
    { match: 'e*', ipv4: 'dhcp', ipv6: 'auto' },
    { match: 'br0', ipv4: 'off', ipv6: 'off' },
  ],
};

describe('a DHCP lease', () => {
  test('becomes a configuration; what is no address is dropped', () => {
    expect(fromLease(lease)).toEqual({
      address: '10.0.2.15/24',
      broadcast: '10.0.2.255',
      routes: [{ to: 'default', via: '10.0.2.2' }],
      dns: ['10.0.2.3'],
      search: ['example.org'],
      mtu: undefined,
    });
  });

  test('classless routes win over the router', () => {
    const routes = fromLease({ ...lease, staticroutes: '10.9.0.0/16 10.0.2.9 0.0.0.0/0 10.0.2.1' })?.routes;
    expect(routes).toEqual([
      { to: '10.9.0.0/16', via: '10.0.2.9' },
      { to: 'default', via: '10.0.2.1' },
    ]);
  });

  test('of DHCPv6 has one address, and what is no address is dropped', () => {
    const given = { event: 'bound', ipv6: 'fd00:6::17', dns: 'fd00:6::1 $(reboot)', search: 'lan' };
    expect(fromLease6(given)).toEqual({ address: 'fd00:6::17/128', dns: ['fd00:6::1'], search: ['lan'] });
    expect(fromLease6({ ...given, ipv6: 'fd00::1; reboot' })).toBeUndefined();
    expect(fromLease6({ event: 'bound', ip: '10.0.0.1' })).toBeUndefined();
  });

  test('without an address it is none', () => {
    expect(fromLease({ ...lease, ip: '1.2.3.4; reboot' })).toBeUndefined();
  });

  test('becomes commands of one shell', () => {
    const config = fromLease({ ...lease, mtu: '1400' });
    if (config === undefined) throw new Error('no configuration');
    expect(shellLine(ipv4Commands('eth0', config))).toBe(
      'ip -4 addr flush dev eth0; ip link set dev eth0 mtu 1400; ip -4 addr add 10.0.2.15/24 broadcast 10.0.2.255 dev eth0; ip -4 route add default via 10.0.2.2 dev eth0',
    );
    expect(shellLine([['echo', "it's; rm"]])).toBe("echo 'it'\\''s; rm'");
    expect(ipv6Commands('eth0', { address: '2001:db8::7/64', gateway: 'fe80::1' })).toHaveLength(2);
  });
});

test('the first entry that fits an interface counts, globs take devices only', () => {
  expect(interfaceConfig(network, 'eth1', true)?.ipv6).toBe('off');
  expect(interfaceConfig(network, 'enp0s3', true)?.ipv4).toBe('dhcp');
  expect(interfaceConfig(network, 'eth7', false)).toBeUndefined();
  expect(interfaceConfig(network, 'br0', false)?.ipv4).toBe('off');
  expect(interfaceConfig(network, 'lo', true)).toBeUndefined();
});

test("resolv.conf has the recipe's servers first, each once", () => {
  const config = fromLease({ ...lease, dns: '192.0.2.1 10.0.2.3' });
  expect(resolvConf(network, config === undefined ? [] : [config])).toBe(
    '# Written by the PE from the recipe and DHCP.\nsearch lan example.org\nnameserver 192.0.2.1\nnameserver 10.0.2.3\n',
  );
});

const trie = `Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 10.0.2.0/24 2 0 2
           |-- 10.0.2.15
              /32 host LOCAL
        |-- 10.0.2.255
           /32 link BROADCAST
     +-- 127.0.0.0/8 2 0 2
           |-- 127.0.0.1
              /32 host LOCAL
`;
const routes = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00000000	0202000A	0003	0	0	0	00000000	0	0	0
eth0	0002000A	00000000	0001	0	0	0	00FFFFFF	0	0	0
`;

test('finds its own IPv4 addresses and their interfaces', () => {
  expect(ipv4Addresses(trie, routes)).toEqual([
    { interface: 'eth0', family: 4, address: '10.0.2.15', prefix: 24 },
  ]);
});

test('finds global IPv6 addresses that are in use', () => {
  const table = [
    '00000000000000000000000000000001 01 80 10 80       lo',
    'fe80000000000000505400fffe123456 02 40 20 80     eth0',
    'fec0000000000000505400fffe123456 02 40 40 00     eth0',
    '20010db8000000000000000000000007 02 40 00 40     eth0',
    '20010db8000000000000000000000008 02 40 00 80     eth0',
  ].join('\n');
  expect(ipv6Addresses(table)).toEqual([
    { interface: 'eth0', family: 6, address: 'fec0::5054:ff:fe12:3456', prefix: 64 },
    { interface: 'eth0', family: 6, address: '2001:db8::8', prefix: 64 },
  ]);
});

test.each([
  ['00000000000000000000000000000000', '::'],
  ['00000000000000000000000000000001', '::1'],
  ['20010db8000000000001000000000000', '2001:db8:0:0:1::'],
  ['20010db8000100020003000400050006', '2001:db8:1:2:3:4:5:6'],
])('%s is %s', (digits, text) => {
  expect(shortenIpv6(digits)).toBe(text);
});
