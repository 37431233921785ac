import { describe, expect, test } from 'vitest';
import { lxcConfig } from '../../../../src/pe/lib/systems/lxc-config.ts';
import {
  dhcpHosts,
  dnsmasqConfig,
  hostLines,
  resolverText,
} from '../../../../src/pe/lib/systems/network/dnsmasq.ts';
import { withHosts } from '../../../../src/pe/lib/systems/network/hosts-file.ts';
import { withoutStale } from '../../../../src/pe/lib/systems/network/leases.ts';
import { givenAddresses } from '../../../../src/pe/lib/systems/network/member.ts';
import { nftAdditions, nftText } from '../../../../src/pe/lib/systems/network/nft.ts';
import { bridge, db, member, web } from './on-bridge.ts';

describe('leases', () => {
  const line = (card: string, address: string | undefined, name: string): string =>
    `1795277324 ${card} ${address} ${name} 01:02:03`;
  const sound = [
    line(web.mac, web.ipv4, 'web'),
    line('02:00:00:00:00:99', '10.88.0.99', 'gone'),
    'duid 00:01:00:01',
    line('32640565', web.ipv6, 'web'),
    '',
  ];

  test('stay, as long as nobody else has their addresses', () => {
    expect(withoutStale('', [web])).toBeUndefined();
    expect(withoutStale(sound.join('\n'), [web, db])).toBeUndefined();
  });

  test('go, when their addresses are those of others', () => {
    const stale = [line(web.mac, db.ipv4, 'web'), ...sound];
    expect(withoutStale(stale.join('\n'), [web, db])).toBe(sound.join('\n'));
  });
});

describe('what is written for the programs', () => {
  test('the packet filter', async () => {
    await expect(nftText(bridge, [web, db])).toMatchFileSnapshot('../../../golden/systems-network.nft');
  });

  test('the packet filter without systems and IPv6, in a PE that is a router by itself', async () => {
    const alone = { ...bridge, ipv6: undefined, routes: true };
    const text = nftText(alone, []);
    expect(text).not.toMatch(/ip6 [sd]addr|icmpv6 type|forwards6/);
    await expect(text).toMatchFileSnapshot('../../../golden/systems-network-alone.nft');
  });

  test('what one more system adds to the packet filter is what makes the difference', () => {
    const of = (text: string): string[] => {
      const sets = text.matchAll(/(?:set|map) (\w+) \{\n\t*type [^\n]*\n\t*elements = \{ (.*) \}/g);
      return [...sets].flatMap(([, name = '', all = '']) => all.split(', ').map((one) => `${name}: ${one}`));
    };
    const [before, after] = [of(nftText(bridge, [db])), of(nftText(bridge, [db, web]))];
    const lines = nftAdditions(bridge, [web]).trim().split('\n');
    const added = lines.flatMap((line) => {
      const [, name = '', all = ''] =
        /^add element (?:inet|bridge) diskbios (\w+) \{ (.*) \}$/.exec(line) ?? [];
      return all.split(', ').map((one) => `${name}: ${one}`);
    });
    expect(added.length).toBeGreaterThan(4);
    expect(new Set([...before, ...added])).toEqual(new Set(after));
    expect(lines.filter((line) => line.includes(' inet '))).toHaveLength(web.forwards.length > 0 ? 2 : 0);
  });

  test('the server for addresses and names', async () => {
    const parts = [
      dnsmasqConfig(bridge),
      dhcpHosts([web, db]),
      `${hostLines(bridge, [web, db]).join('\n')}\n`,
    ];
    await expect(parts.join('\n')).toMatchFileSnapshot('../../../golden/systems-dnsmasq.txt');
  });

  test('without IPv6 it knows nothing of it', () => {
    const alone = { ...bridge, ipv6: undefined };
    expect(dnsmasqConfig(alone)).not.toMatch(/6|enable-ra/);
    expect(hostLines(alone, [])).toEqual(['10.88.0.1\tbox.pe box']);
  });

  test("a system of the PE's name has the name", () => {
    const lines = hostLines(bridge, [member('box')]);
    expect(lines).toHaveLength(2);
    expect(lines.join('\n')).not.toContain('10.88.0.1\t');
  });

  test('a network whose border is none between names has no reverse domain', () => {
    expect(dnsmasqConfig({ ...bridge, ipv4: '10.88.0.0/20' })).not.toContain('in-addr.arpa');
    expect(dnsmasqConfig({ ...bridge, ipv4: '10.88.0.0/20' })).toContain(
      'dhcp-range=10.88.0.0,static,255.255.240.0,1h',
    );
    expect(dnsmasqConfig({ ...bridge, ipv4: '10.0.0.0/8' })).toContain('local=/10.in-addr.arpa/');
  });

  test('/etc/hosts keeps what else is in it', () => {
    const own = '127.0.0.1\tlocalhost\n192.0.2.7\tprinter\n';
    const once = withHosts(own, ['10.88.0.20\tweb.pe web']);
    expect(once).toBe(
      `${own}# Systems on the bridge, kept by systemx:\n10.88.0.20\tweb.pe web\n# end of systems\n`,
    );
    expect(withHosts(`${once}192.0.2.8\tlate\n`, ['10.88.0.21\tdb.pe db'])).toBe(
      `${own}192.0.2.8\tlate\n# Systems on the bridge, kept by systemx:\n10.88.0.21\tdb.pe db\n# end of systems\n`,
    );
    expect(withHosts(once, [])).toBe(own);
    expect(withHosts('127.0.0.1\tlocalhost', ['1.2.3.4\tx'])).toContain('localhost\n# Systems');
  });

  test('what asks for its addresses is given none, but those that were fixed', () => {
    expect(givenAddresses(bridge, db, { ipv4: false })).toEqual({});
    expect(givenAddresses(bridge, db, { ipv4: true })).toEqual({
      ipv4: `${db.ipv4}/24`,
      gateway: '10.88.0.1',
    });
    expect(resolverText(bridge)).toBe('search pe\nnameserver 10.88.0.1\nnameserver fd12:3456:789a::1\n');
    expect(resolverText({ ...bridge, ipv6: undefined })).toBe('search pe\nnameserver 10.88.0.1\n');
  });

  test('the card in the configuration of LXC', () => {
    const config = lxcConfig({
      ...{
        name: 'web',
        hostname: 'web',
        run: '/run/x',
        root: '/run/x/root',
        cgroup: 'systems/web',
        idBase: 65536,
      },
      ...{
        init: ['/sbin/init'],
        kind: 'busybox',
        helpers: [],
        env: {},
        mounts: [],
        terminal: undefined,
        logSize: 1,
      },
      nets: [
        {
          ...{ type: 'veth', link: 'pe0', hwaddr: web.mac, name: 'eth0', pair: web.port },
          ...givenAddresses(bridge, web, { ipv4: true }),
        },
      ],
    });
    expect(config.split('\n').filter((line) => line.startsWith('lxc.net.'))).toEqual([
      'lxc.net.0.type = veth',
      'lxc.net.0.link = pe0',
      'lxc.net.0.flags = up',
      'lxc.net.0.name = eth0',
      `lxc.net.0.hwaddr = ${web.mac}`,
      'lxc.net.0.veth.pair = pe-web',
      'lxc.net.0.ipv4.address = 10.88.0.20/24',
      'lxc.net.0.ipv4.gateway = 10.88.0.1',
      'lxc.net.0.ipv6.address = fd12:3456:789a::80/64',
    ]);
  });
});
