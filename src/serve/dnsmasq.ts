import { netbootPaths } from '../base/netboot.ts';
import type { DhcpRange, ServedInterface } from './interfaces.ts';

/** What dnsmasq is to do. */
export interface DnsmasqWish {
  readonly on: ServedInterface;
  /** Folder that TFTP serves. */
  readonly root: string;
  readonly httpPort: number;
  /** Addresses to hand out; `undefined`: another server does that, and machines are only told where to start from. */
  readonly range: DhcpRange | undefined;
  /** Folder for its own files. */
  readonly state: string;
}

/** The address of a file by HTTP. */
export function httpAddress({ on, httpPort }: Pick<DnsmasqWish, 'on' | 'httpPort'>, path: string): string {
  return `http://${on.address}${httpPort === 80 ? '' : `:${httpPort}`}/${path}`;
}

/**
 * What machines start with, by what they say they are (DHCP option 93, RFC 4578 and IANA's list of processor architectures), and
 * dnsmasq's number or name for that in `pxe-service`.
 */
const byPxe = [
  { tag: 'bios', type: 0, file: netbootPaths.ipxeBios },
  { tag: 'efi32', type: 6, file: netbootPaths.grubEfi32 },
  { tag: 'efi64', type: 7, file: netbootPaths.ipxeEfiPlain },
  { tag: 'efi64', type: 9, file: netbootPaths.ipxeEfiPlain },
] as const;
const byHttp = [
  { tag: 'http32', type: 15, file: netbootPaths.grubEfi32 },
  { tag: 'http64', type: 16, file: netbootPaths.grubEfi64 },
] as const;

/** dnsmasq's configuration: DHCP or proxy-DHCP, and TFTP. Large files go by HTTP, which is not its own. */
export function dnsmasqConfig(wish: DnsmasqWish): string {
  const { on, root, range, state } = wish;
  const next = on.address;
  return [
    ...['port=0', `interface=${on.name}`, 'except-interface=lo', 'bind-interfaces', 'no-hosts', 'no-resolv'],
    ...['user=root', 'group=root', `dhcp-leasefile=${state}/leases`, `pid-file=${state}/pid`],
    ...['enable-tftp', `tftp-root=${root}`, 'tftp-no-fail'],
    range === undefined
      ? `dhcp-range=${on.address},proxy,${on.netmask}`
      : `dhcp-range=${range.first},${range.last},${on.netmask},1h`,
    // A network of its own has no way out that could be told.
    ...(range === undefined ? [] : ['dhcp-authoritative', 'dhcp-option=option:router']),
    // iPXE says who it is with options of its own; UEFI's HTTP boot is heard like PXE, and answered in its own words.
    'dhcp-match=set:ipxe,175',
    'dhcp-pxe-vendor=PXEClient,HTTPClient',
    'dhcp-vendorclass=set:http,HTTPClient',
    'dhcp-option-force=tag:http,60,HTTPClient',
    ...[...byPxe, ...byHttp].map(({ tag, type }) => `dhcp-match=set:${tag},option:client-arch,${type}`),
    // Without the server's address at the end, iPXE takes no name of a file from a proxy.
    `dhcp-boot=tag:ipxe,${httpAddress(wish, netbootPaths.script)},,${next}`,
    ...byHttp.map(({ tag, file }) => `dhcp-boot=tag:!ipxe,tag:${tag},${httpAddress(wish, file)},,${next}`),
    ...byPxe.map(({ tag, type, file }) =>
      range === undefined
        ? `pxe-service=tag:!ipxe,${type},diskbios,${file}`
        : `dhcp-boot=tag:!ipxe,tag:${tag},${file},,${next}`,
    ),
    '',
  ].join('\n');
}
