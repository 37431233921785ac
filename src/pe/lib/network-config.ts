import type { PeConfig, PeConfigInterface } from '../../base/pe-config.ts';

/** What one interface's IPv4 is to be. Addresses with a prefix length, such as `192.0.2.7/24`. */
export interface Ipv4Config {
  readonly address: string;
  readonly broadcast: string | undefined;
  /** Routes in order; `to` is `default` or a network. */
  readonly routes: readonly { readonly to: string; readonly via: string }[];
  readonly dns: readonly string[];
  readonly search: readonly string[];
  readonly mtu: number | undefined;
}

const ipv4 = /^\d{1,3}(\.\d{1,3}){3}$/;
const domain = /^[a-zA-Z0-9]([a-zA-Z0-9._-]*[a-zA-Z0-9])?\.?$/;
const split = (text: string | undefined): string[] => (text ?? '').split(/\s+/).filter((word) => word !== '');

/** What udhcpc's event script prints: `name=value` lines, first `event=`. The values come from the network and are checked here. */
export function parseLease(lines: readonly string[]): Readonly<Record<string, string>> {
  const lease: Record<string, string> = {};
  for (const line of lines) {
    const at = line.indexOf('=');
    if (at > 0) lease[line.slice(0, at)] = line.slice(at + 1);
  }
  return lease;
}

/** A DHCP lease as a configuration, `undefined` where it has no usable address. Classless static routes win over the router (RFC 3442). */
export function fromLease(lease: Readonly<Record<string, string>>): Ipv4Config | undefined {
  const ip = lease['ip'] ?? '';
  if (!ipv4.test(ip)) return undefined;
  const mask = Number.parseInt(lease['mask'] ?? '', 10);
  const prefix = mask >= 0 && mask <= 32 ? mask : 24;
  const classless = split(lease['staticroutes']);
  const routes: { to: string; via: string }[] = [];
  for (let i = 0; i + 1 < classless.length; i += 2) {
    const [to = '', via = ''] = [classless[i], classless[i + 1]];
    if (!/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/.test(to) || !ipv4.test(via)) continue;
    routes.push({ to: to === '0.0.0.0/0' ? 'default' : to, via });
  }
  if (routes.length === 0) {
    for (const via of split(lease['router']).filter((word) => ipv4.test(word)))
      routes.push({ to: 'default', via });
  }
  const mtu = Number.parseInt(lease['mtu'] ?? '', 10);
  return {
    address: `${ip}/${prefix}`,
    broadcast: ipv4.test(lease['broadcast'] ?? '') ? lease['broadcast'] : undefined,
    routes,
    dns: split(lease['dns']).filter((word) => ipv4.test(word)),
    search: split(lease['search'] ?? lease['domain']).filter((word) => domain.test(word)),
    mtu: mtu >= 576 && mtu <= 65535 ? mtu : undefined,
  };
}

/** What a DHCPv6 server gave beside what router advertisements say. */
export interface Ipv6Lease {
  readonly address: string;
  readonly dns: readonly string[];
  readonly search: readonly string[];
}

const ipv6 = /^(?=.*:)[0-9a-f:.]{2,45}$/i;

/** A DHCPv6 lease as a configuration, `undefined` where it has no usable address. Routes come from router advertisements. */
export function fromLease6(lease: Readonly<Record<string, string>>): Ipv6Lease | undefined {
  const address = lease['ipv6'] ?? '';
  if (!ipv6.test(address)) return undefined;
  return {
    address: `${address}/128`,
    dns: split(lease['dns']).filter((word) => ipv6.test(word)),
    search: split(lease['search'] ?? lease['domain']).filter((word) => domain.test(word)),
  };
}

/** `ip` commands that give an interface its IPv4; what it had is taken away first. */
export function ipv4Commands(name: string, config: Ipv4Config): string[][] {
  const broadcast = config.broadcast === undefined ? ['broadcast', '+'] : ['broadcast', config.broadcast];
  return [
    ['ip', '-4', 'addr', 'flush', 'dev', name],
    ...(config.mtu === undefined ? [] : [['ip', 'link', 'set', 'dev', name, 'mtu', String(config.mtu)]]),
    ['ip', '-4', 'addr', 'add', config.address, ...broadcast, 'dev', name],
    ...config.routes.map(({ to, via }) =>
      via === '0.0.0.0'
        ? ['ip', '-4', 'route', 'add', to, 'dev', name]
        : ['ip', '-4', 'route', 'add', to, 'via', via, 'dev', name],
    ),
  ];
}

/** `ip` commands for a fixed IPv6 address. */
export function ipv6Commands(
  name: string,
  fixed: { readonly address: string; readonly gateway?: string },
): string[][] {
  return [
    ['ip', '-6', 'addr', 'add', fixed.address, 'dev', name],
    ...(fixed.gateway === undefined
      ? []
      : [['ip', '-6', 'route', 'add', 'default', 'via', fixed.gateway, 'dev', name]]),
  ];
}

/** One line for `sh -c` that runs the commands one after the other in one process. */
export function shellLine(commands: readonly (readonly string[])[]): string {
  const quote = (word: string): string =>
    /^[\w./:+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
  return commands.map((command) => command.map(quote).join(' ')).join('; ');
}

/** Whether a name fits a glob of `*` and `?`. */
export function globMatch(glob: string, name: string): boolean {
  const source = glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(name);
}

/** What the recipe says about an interface: the first entry whose `match` fits. A glob takes only real devices, not bridges or tunnels. */
export function interfaceConfig(
  network: PeConfig['network'],
  name: string,
  isDevice: boolean,
): PeConfigInterface | undefined {
  return network.interfaces.find(
    ({ match }) => match === name || (isDevice && name !== 'lo' && globMatch(match, name)),
  );
}

/** `/etc/resolv.conf`: the recipe's servers first, then those of the leases. glibc reads three. */
export function resolvConf(
  network: PeConfig['network'],
  leases: Iterable<Pick<Ipv4Config, 'dns' | 'search'>>,
): string {
  const all = [...leases];
  const servers = new Set([...network.dns, ...all.flatMap((lease) => lease.dns)]);
  const search = new Set([...network.search, ...all.flatMap((lease) => lease.search)]);
  return [
    '# Written by the PE from the recipe and DHCP.',
    ...(search.size > 0 ? [`search ${[...search].join(' ')}`] : []),
    ...[...servers].map((server) => `nameserver ${server}`),
    '',
  ].join('\n');
}
