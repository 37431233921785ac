import { ipv4Text } from '../../../../base/ipv4.ts';
import { type Bridge, bridgeName, domain, networksOf } from './bridge.ts';
import type { Member } from './member.ts';

/** Everything of the bridge; in memory. */
export const networkFolder = '/run/diskbios/network';
export const dnsmasqFiles = {
  config: `${networkFolder}/dnsmasq.conf`,
  hosts: `${networkFolder}/hosts`,
  reserved: `${networkFolder}/dhcp-hosts`,
  leases: `${networkFolder}/leases`,
  pid: `${networkFolder}/dnsmasq.pid`,
} as const;

/** The service of the PE that is dnsmasq for the bridge. */
export const bridgeService = `${bridgeName}-dnsmasq`;

/** How long a system may go without asking again. */
const lease = '1h';

const netmask = (prefix: number): string => ipv4Text(2 ** 32 - 2 ** (32 - prefix));

/** Domain of the names of a network's addresses, where the border of the network is one between names. */
function reverseDomain(base: number, prefix: number): string | undefined {
  if (prefix === 0 || prefix % 8 !== 0) return undefined;
  const parts = ipv4Text(base)
    .split('.')
    .slice(0, prefix / 8);
  return `${parts.reverse().join('.')}.in-addr.arpa`;
}

/** Configuration of dnsmasq (man 8 dnsmasq): the server for addresses and names on the bridge, and nowhere else. */
export function dnsmasqConfig(bridge: Bridge): string {
  const { v4, gateway4, v6 } = networksOf(bridge);
  const reverse = reverseDomain(v4.base, v4.prefix);
  return [
    '# Written by the PE for its systems.',
    `interface=${bridgeName}`,
    'except-interface=lo',
    'bind-dynamic',
    'user=dnsmasq',
    `pid-file=${dnsmasqFiles.pid}`,
    // Names: those of the systems are its own, others are asked for where the PE asks.
    'no-hosts',
    `addn-hosts=${dnsmasqFiles.hosts}`,
    'resolv-file=/etc/resolv.conf',
    // No `domain=`: with it, leases get the names of their addresses, and keep them when the system has ended.
    `local=/${domain}/`,
    ...(reverse === undefined ? [] : [`local=/${reverse}/`]),
    'domain-needed',
    // Addresses: those that are reserved, and none else.
    `dhcp-range=${ipv4Text(v4.base)},static,${netmask(v4.prefix)},${lease}`,
    `dhcp-hostsfile=${dnsmasqFiles.reserved}`,
    `dhcp-leasefile=${dnsmasqFiles.leases}`,
    'dhcp-authoritative',
    'dhcp-ignore-names',
    'no-ping',
    `dhcp-option=option:dns-server,${gateway4}`,
    `dhcp-option=option:domain-name,${domain}`,
    `dhcp-option=option:domain-search,${domain}`,
    ...(v6 === undefined
      ? []
      : [
          'enable-ra',
          `dhcp-range=${v6.network.replace('/64', '')},static,slaac,64,${lease}`,
          `dhcp-option=option6:dns-server,[${v6.gateway}]`,
          `dhcp-option=option6:domain-search,${domain}`,
          'quiet-dhcp6',
          'quiet-ra',
        ]),
    'quiet-dhcp',
    '',
  ].join('\n');
}

/** `dhcp-hostsfile`: which card gets which addresses. Without names, which would outlast the systems as long as their leases. */
export const dhcpHosts = (members: readonly Member[]): string =>
  members
    .map(({ mac, ipv4, ipv6 }) => [mac, ipv4, ...(ipv6 === undefined ? [] : [`[${ipv6}]`])].join(','))
    .map((line) => `${line}\n`)
    .join('');

/** `/etc/resolv.conf` of a system that does not ask for its name servers. */
export function resolverText(bridge: Bridge): string {
  const { gateway4, v6 } = networksOf(bridge);
  const servers = [gateway4, ...(v6 === undefined ? [] : [v6.gateway])];
  return [`search ${domain}`, ...servers.map((server) => `nameserver ${server}`), ''].join('\n');
}

/** Names and addresses in the form of /etc/hosts: `NAME.pe` and `NAME`, the PE's own last. */
export function hostLines(bridge: Bridge, members: readonly Member[]): readonly string[] {
  const { gateway4, v6 } = networksOf(bridge);
  const line = (address: string, name: string): string => `${address}\t${name}.${domain} ${name}`;
  const systems = members.flatMap(({ name, ipv4, ipv6 }) => [
    line(ipv4, name),
    ...(ipv6 === undefined ? [] : [line(ipv6, name)]),
  ]);
  // A system of the PE's name has it.
  if (members.some(({ name }) => name === bridge.hostname)) return systems;
  return [
    ...systems,
    line(gateway4, bridge.hostname),
    ...(v6 === undefined ? [] : [line(v6.gateway, bridge.hostname)]),
  ];
}
