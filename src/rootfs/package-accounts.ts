/** A user or group that a package's postinst makes, and what it gives to them. */
export interface PackageAccount {
  /** Packages that bring it. */
  readonly packages: readonly string[];
  readonly user?: {
    readonly name: string;
    readonly gecos: string;
    readonly home: string;
    /** Its primary group, where that is not one of its own name. */
    readonly group?: string;
  };
  readonly groups?: readonly string[];
  /** Paths with their owner; a path that is not there is made as a directory where `make` says so. */
  readonly paths?: readonly {
    readonly path: string;
    readonly user: string;
    readonly group: string;
    readonly mode: number;
    readonly make?: true;
  }[];
}

/**
 * Accounts made by maintainer scripts (not by sysusers.d files, which are read from the packages), each taken from
 * the postinst of the package in Debian 13.
 */
export const packageAccounts: readonly PackageAccount[] = [
  {
    packages: ['openssh-server'],
    user: { name: 'sshd', gecos: 'sshd user', home: '/run/sshd', group: 'nogroup' },
    paths: [{ path: 'run/sshd', user: 'root', group: 'root', mode: 0o755, make: true }],
  },
  {
    packages: ['dbus-system-bus-common', 'dbus'],
    user: { name: 'messagebus', gecos: 'System Message Bus', home: '/nonexistent' },
    paths: [
      { path: 'usr/lib/dbus-1.0/dbus-daemon-launch-helper', user: 'root', group: 'messagebus', mode: 0o4754 },
    ],
  },
  {
    packages: ['chrony'],
    user: { name: '_chrony', gecos: 'Chrony daemon', home: '/var/lib/chrony' },
    paths: [
      { path: 'var/lib/chrony', user: '_chrony', group: '_chrony', mode: 0o750, make: true },
      { path: 'var/log/chrony', user: '_chrony', group: '_chrony', mode: 0o750, make: true },
    ],
  },
  {
    packages: ['dnsmasq-base'],
    user: { name: 'dnsmasq', gecos: 'dnsmasq', home: '/var/lib/misc', group: 'nogroup' },
    paths: [
      { path: 'run/dnsmasq', user: 'dnsmasq', group: 'nogroup', mode: 0o755, make: true },
      { path: 'var/lib/misc', user: 'root', group: 'root', mode: 0o755, make: true },
    ],
  },
  { packages: ['lxc'], user: { name: 'lxc-dnsmasq', gecos: 'LXC dnsmasq', home: '/var/lib/lxc' } },
  {
    packages: ['lighttpd'],
    paths: [
      { path: 'var/log/lighttpd', user: 'www-data', group: 'www-data', mode: 0o750, make: true },
      { path: 'var/cache/lighttpd', user: 'www-data', group: 'www-data', mode: 0o750, make: true },
    ],
  },
  { packages: ['libibverbs1'], groups: ['rdma'] },
  { packages: ['qemu-system-common'], groups: ['kvm'] },
  {
    packages: ['avahi-daemon'],
    user: { name: 'avahi', gecos: 'Avahi mDNS daemon', home: '/run/avahi-daemon' },
  },
  { packages: ['rpcbind'], user: { name: '_rpc', gecos: '', home: '/run/rpcbind', group: 'nogroup' } },
  { packages: ['nfs-common'], user: { name: 'statd', gecos: '', home: '/var/lib/nfs', group: 'nogroup' } },
  { packages: ['tcpdump'], user: { name: 'tcpdump', gecos: '', home: '/nonexistent' } },
  { packages: ['uuid-runtime'], user: { name: 'uuidd', gecos: '', home: '/run/uuidd' } },
];
