import { describe, expect, test } from 'vitest';
import { parseNetwork4 } from '../../../../src/base/ipv4.ts';
import { autoAddress, ipv6Digits, linkLocal, tidyIpv6 } from '../../../../src/base/ipv6.ts';
import { systemsNetworkProblem } from '../../../../src/base/systems-network.ts';
import {
  chooseNetwork4,
  clash,
  makeNetwork6,
  networksOf,
} from '../../../../src/pe/lib/systems/network/bridge.ts';
import { macOf, portOf } from '../../../../src/pe/lib/systems/network/identity.ts';
import { type Member, memberOf } from '../../../../src/pe/lib/systems/network/member.ts';
import { forwardProblems, parseSockets } from '../../../../src/pe/lib/systems/network/ports.ts';
import { defaultCard, parseRoutes4 } from '../../../../src/pe/lib/systems/network/routes.ts';
import { bridge, db, dhcp, machine, member, nobody, web } from './on-bridge.ts';

describe('what a system is on the network', () => {
  test('is the same at each start, and no other has it', () => {
    const names = Array.from({ length: 500 }, (_, n) => `system${n}`);
    const macs = new Set(names.map((name) => macOf(name, machine)));
    expect(macs.size).toBe(names.length);
    expect(macOf('web', machine)).toBe(macOf('web', machine));
    expect(macOf('web', machine)).not.toBe(macOf('web', machine.replace('f', 'e')));
    for (const mac of macs) expect(mac).toMatch(/^02(:[0-9a-f]{2}){5}$/);
  });

  test.each([
    ['web', 'pe-web'],
    ['exactlytwelv', 'pe-exactlytwelv'],
  ])('the cable of %s is %s', (name, port) => {
    expect(portOf(name)).toBe(port);
  });

  test('long names get cables of their own that no short name can have', () => {
    const [a, b] = ['a-very-long-name-1', 'a-very-long-name-2'].map(portOf);
    expect(a).toMatch(/^pe-a-ve_[0-9a-f]{7}$/);
    expect(a).not.toBe(b);
  });

  test('addresses follow from the name; who comes later goes out of the way', () => {
    expect(member('db').ipv4).toBe(db.ipv4);
    const later = member('db', {}, { members: [{ ...web, ipv4: db.ipv4 }], promised: [] });
    expect(later.ipv4).not.toBe(db.ipv4);
    const promised = member('db', {}, { members: [], promised: [{ name: 'web', ipv4: db.ipv4 }] });
    expect(promised.ipv4).toBe(later.ipv4);
    const own = member(
      'db',
      {},
      { members: [{ ...db, ipv4: db.ipv4 }], promised: [{ name: 'db', ipv4: db.ipv4 }] },
    );
    expect(own.ipv4).toBe(db.ipv4);
  });

  test('a network can be filled to the last address, and says so when it is full', () => {
    const small = { ...bridge, ipv4: '192.168.9.8/29' };
    const members: Member[] = [];
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      const { member: made } = memberOf(name, dhcp, small, machine, { members, promised: [] });
      if (made !== undefined) members.push(made);
    }
    expect(members.map(({ ipv4 }) => ipv4).sort()).toEqual(
      [10, 11, 12, 13, 14].map((n) => `192.168.9.${n}`).sort(),
    );
    const { problems } = memberOf('f', dhcp, small, machine, { members, promised: [] });
    expect(problems).toEqual(['every address of 192.168.9.8/29 is taken: stop other systems']);
  });

  test('without IPv6 there is none', () => {
    const { member: made } = memberOf('db', dhcp, { ...bridge, ipv6: undefined }, machine, nobody);
    expect(made).toMatchObject({ ipv6: undefined, auto6: undefined });
  });

  const cure4 = 'systemx set x network.ipv4=dhcp, or another address';
  const cure6 = 'systemx set x network.ipv6=dhcp, or another address';
  test.each([
    [{ ipv4: '10.88.0.1' }, `its address 10.88.0.1 is that of the PE: ${cure4}`],
    [{ ipv4: '10.88.0.20' }, `its address 10.88.0.20 is that of web: ${cure4}`],
    [
      { ipv4: '10.88.0.255' },
      `10.88.0.255 is no address for a system in 10.88.0.0/24, the network of pe0: ${cure4}`,
    ],
    [
      { ipv4: '10.88.1.5' },
      `10.88.1.5 is no address for a system in 10.88.0.0/24, the network of pe0: ${cure4}`,
    ],
    [{ ipv6: 'fd12:3456:789a::1' }, `its address fd12:3456:789a::1 is that of the PE: ${cure6}`],
    [{ ipv6: 'fd12:3456:789a:0::80' }, `its address fd12:3456:789a::80 is that of web: ${cure6}`],
    [
      { ipv6: 'fd12:3456:789a::' },
      `fd12:3456:789a:: is no address for a system in fd12:3456:789a::/64, the network of pe0: ${cure6}`,
    ],
    [
      { ipv6: '2001:db8::7' },
      `2001:db8::7 is no address for a system in fd12:3456:789a::/64, the network of pe0: ${cure6}`,
    ],
    [{ ipv6: '1:2' }, `its address 1:2 is no IPv6 address: ${cure6}`],
  ])('%j is refused', (wish, problem) => {
    const { member: made, problems } = memberOf('x', { ...dhcp, ...wish }, bridge, machine, {
      members: [web, db],
      promised: [],
    });
    expect({ made, problems }).toEqual({ made: undefined, problems: [problem] });
  });

  test('a fixed address where the bridge has no IPv6 is refused', () => {
    const { problems } = memberOf(
      'x',
      { ...dhcp, ipv6: 'fd00::2' },
      { ...bridge, ipv6: undefined },
      machine,
      nobody,
    );
    expect(problems).toEqual([`its address fd00::2 is of no use: pe0 has no IPv6: ${cure6}`]);
  });
});

describe('addresses', () => {
  test.each([
    ['fd12:3456:789a::80', 'fd12:3456:789a::80'],
    ['FD12:0:0:0:0:0:0:1', 'fd12::1'],
    ['::', '::'],
    ['1::', '1::'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
  ])('%s is %s', (text, tidy) => {
    expect(tidyIpv6(text)).toBe(tidy);
  });

  test.each(['', '1:2', ':::', '1::2::3', '1:2:3:4:5:6:7:8:9', '1:2:3:4::5:6:7:8', '12345::', 'g::'])(
    "'%s' is no IPv6 address",
    (text) => {
      expect(ipv6Digits(text)).toBeUndefined();
    },
  );

  // RFC 4291, appendix A, and what Linux makes of the same.
  test('follow from hardware addresses', () => {
    expect(linkLocal('52:54:00:db:10:50')).toBe('fe80::5054:ff:fedb:1050');
    expect(autoAddress('fec0000000000000', '52:54:00:db:10:50')).toBe('fec0::5054:ff:fedb:1050');
  });

  test.each(['10.88.0.0', '10.88.0.0/33', '10.88.0/24', '300.0.0.0/8', 'fd00::/64'])(
    '%s is no network',
    (text) => {
      expect(parseNetwork4(text)).toBeUndefined();
    },
  );
});

/** As in a machine with one card behind QEMU's router. */
const routes = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t0202000A\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth0\t0002000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
wg0\t0000580A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
`;

describe('the network of the systems', () => {
  const around = (text: string, addresses: readonly string[] = []) => ({
    networks: parseRoutes4(text),
    addresses,
  });
  const [head = '', first = '', lan = ''] = routes.split('\n');
  const quiet = around([head, first, lan].join('\n'));

  test('is one that nobody around has', () => {
    expect(chooseNetwork4(undefined, undefined, quiet)).toBe('10.88.0.0/24');
    expect(chooseNetwork4(undefined, undefined, { ...quiet, addresses: ['10.88.0.53'] })).toBe(
      '10.88.1.0/24',
    );
    // All of 10.88.0.0/16 is somebody else's.
    expect(chooseNetwork4(undefined, undefined, around(routes))).toBe('172.31.255.0/24');
  });

  test('is that of the last time, as long as nobody else has it', () => {
    expect(chooseNetwork4(undefined, '10.88.7.0/24', quiet)).toBe('10.88.7.0/24');
    expect(chooseNetwork4(undefined, '10.88.7.0/24', around(routes))).toBe('172.31.255.0/24');
    expect(chooseNetwork4(undefined, 'rubbish', quiet)).toBe('10.88.0.0/24');
  });

  test('is what a person wants, whatever is around', () => {
    expect(chooseNetwork4('10.88.0.0/20', '10.88.7.0/24', around(routes))).toBe('10.88.0.0/20');
  });

  test('a clash says with whom', () => {
    const network = networksOf(bridge).v4;
    expect(clash(network, quiet)).toBeUndefined();
    expect(clash(network, around(routes))).toBe('wg0 (10.88.0.0/16)');
    expect(clash(network, { networks: [], addresses: ['10.88.0.53'] })).toBe('the name server 10.88.0.53');
  });

  test('for IPv6 is one of the machine alone', () => {
    expect(makeNetwork6('0123abcd-ef45-4789-8abc-def012345678')).toBe('fd01:23ab:cdef::/64');
    expect(systemsNetworkProblem(6)(makeNetwork6('0123abcd-ef45-4789-8abc-def012345678'))).toBeUndefined();
  });

  test.each([
    [4, 'auto', undefined],
    [4, '10.0.0.0/8', undefined],
    [4, '10.88.0.5/24', /is neither auto nor an IPv4 network/],
    [4, '10.88.0.0/30', /is neither auto nor/],
    [4, 'off', /is neither auto nor/],
    [6, 'off', undefined],
    [6, 'fd00:1::/64', undefined],
    [6, 'fd00:1::/56', /is neither auto, off nor/],
    [6, 'fd00::1/64', /is neither auto, off nor/],
  ] as const)('set by a person: IPv%s %s', (family, text, problem) => {
    const found = systemsNetworkProblem(family)(text);
    if (problem === undefined) expect(found).toBeUndefined();
    else expect(found).toMatch(problem);
  });
});

describe('the card with the default route', () => {
  const none = 'Iface\tDestination\n';
  const six = (metric: string, name: string): string =>
    `${'0'.repeat(32)} 00 ${'0'.repeat(32)} 00 fe800000000000000000000000000002 ${metric} 00000001 00000000 00450003 ${name}`;

  test('by IPv4, the smallest metric first', () => {
    expect(defaultCard(routes, '')).toBe('eth0');
    const second = 'wlan0\t00000000\t0102000A\t0003\t0\t0\t600\t00000000\t0\t0\t0\n';
    expect(defaultCard(routes.replace('\t0003\t0\t0\t0\t', '\t0003\t0\t0\t700\t') + second, '')).toBe(
      'wlan0',
    );
  });

  test('by IPv6 where there is no other', () => {
    expect(
      defaultCard(none, [six('00000400', 'eth1'), six('00000064', 'eth2'), six('ffffffff', 'lo')].join('\n')),
    ).toBe('eth2');
    expect(defaultCard(none, six('ffffffff', 'lo'))).toBeUndefined();
  });
});

describe('port forwards', () => {
  const free = (): undefined => undefined;
  const forward = (port: number, to = 80, protocol: 'tcp' | 'udp' = 'tcp') => ({ protocol, port, to });

  test('each port has one holder', () => {
    const problems = (...forwards: ReturnType<typeof forward>[]) =>
      forwardProblems('x', forwards, [web, db], free);
    expect(problems(forward(8081), forward(8080, 53, 'udp'))).toEqual([]);
    expect(problems(forward(8080, 90))).toEqual([
      'port 8080/tcp of the machine leads to system web already: systemx set x network.forward-=8080:90',
    ]);
    expect(problems(forward(5353, 53, 'udp'))).toEqual([
      'port 5353/udp of the machine leads to system web already: systemx set x network.forward-=5353:53/udp',
    ]);
    expect(problems(forward(81, 1), forward(81, 2))).toEqual([
      'port 81/tcp of the machine leads to two of its ports: systemx set x network.forward-=81:2',
    ]);
    expect(forwardProblems('x', [forward(22)], [], () => 'dropbear of the PE')).toEqual([
      'port 22/tcp of the machine is used by dropbear of the PE: systemx set x network.forward-=22:80',
    ]);
  });

  test('its own do not stand in its way when it starts anew', () => {
    expect(forwardProblems('web', web.forwards, [web, db], free)).toEqual([]);
  });

  test('sockets that listen are told from others', () => {
    const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1234 1 0 100 0 0 10 0
   1: 0F02000A:A2B4 0202000A:0050 01 00000000:00000000 00:00000000 00000000     0        0 1235 1 0 100 0 0 10 0
`;
    expect(parseSockets('tcp', table)).toEqual([{ protocol: 'tcp', port: 22, inode: '1234' }]);
    expect(parseSockets('udp', table.replace(' 0A ', ' 07 '))).toHaveLength(1);
  });
});
