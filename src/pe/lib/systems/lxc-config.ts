import type { SystemMount } from '../../../base/system.ts';
import { idsEach } from './ids.ts';
import { haltOf, type InitKind } from './init-kind.ts';

/** A network card of a system. */
export type LxcNet =
  /** Nothing but its own loopback. */
  | { readonly type: 'empty' }
  /** The PE's own network. */
  | { readonly type: 'none' }
  | {
      readonly type: 'veth' | 'macvlan';
      /** Bridge (veth) or card (macvlan) of the PE. */
      readonly link: string;
      readonly hwaddr: string;
      /** Inside. */
      readonly name: string;
      /** The other end, in the PE (veth). */
      readonly pair?: string;
      /** Set from outside, with their prefix lengths. */
      readonly ipv4?: string;
      readonly ipv6?: string;
      /** Of IPv4. */
      readonly gateway?: string;
    };

export interface LxcFacts {
  readonly name: string;
  readonly hostname: string;
  /** `/run/diskbios/systems/<name>` */
  readonly run: string;
  readonly root: string;
  /** Control group, relative to the top of the hierarchy. */
  readonly cgroup: string;
  readonly idBase: number | undefined;
  readonly init: readonly string[];
  readonly kind: InitKind;
  /** Files of the PE that `init` needs: shown read-only at paths relative to the root. */
  readonly helpers: readonly { readonly from: string; readonly to: string }[];
  readonly env: Readonly<Record<string, string>>;
  /** `from` has been looked at: `kind` is what is there. */
  readonly mounts: readonly (SystemMount & { readonly kind: 'folder' | 'file' })[];
  readonly nets: readonly LxcNet[];
  /** A terminal of the machine that is to be its console, such as `/dev/tty1`. */
  readonly terminal: string | undefined;
  /** Bytes; one old file of the same size is kept. */
  readonly logSize: number;
}

/**
 * Never of use to a system, privileged or not. In a user namespace the kernel ignores them for what is the machine's; dropped, no
 * mistake in the kernel's checks matters.
 */
const dropped =
  'audit_control audit_read block_suspend mac_admin mac_override sys_module sys_rawio sys_time syslog wake_alarm';

/** null, zero, full, random, urandom, tty, console, ptmx, pts/*. Nodes of others may be made but not opened. */
const devices = [
  ...['c *:* m', 'b *:* m'],
  ...['1:3', '1:5', '1:7', '1:8', '1:9', '5:0', '5:1', '5:2', '136:*'].map((id) => `c ${id} rwm`),
];

const signalNames: Readonly<Record<number, string>> = { 12: 'SIGUSR2', 15: 'SIGTERM', 37: 'SIGRTMIN+3' };

/** The configuration of a system for LXC 6 (man 5 lxc.container.conf). Throws where a value would break out of its line. */
export function lxcConfig(facts: LxcFacts): string {
  const { run, root, cgroup, idBase } = facts;
  const halt = haltOf(facts.kind);
  const lines: (readonly [string, string | number])[] = [
    ['uts.name', facts.hostname],
    ['rootfs.path', `dir:${root}`],
    ['rootfs.managed', 0],
    ['init.cmd', words(facts.init)],
    ...(idBase === undefined
      ? []
      : (['u', 'g'] as const).map((kind) => ['idmap', `${kind} 0 ${idBase} ${idsEach}`] as const)),
    // The PE has no AppArmor profiles to load.
    ['apparmor.profile', 'unconfined'],
    ['seccomp.profile', '/usr/lib/diskbios/lxc.seccomp'],
    ['cap.drop', dropped],
    ['mount.auto', 'proc:mixed sys:mixed cgroup:mixed'],
    ['autodev', 1],
    ['pty.max', 1024],
    // Debian's inittab wants six; others make do with the console.
    ['tty.max', facts.kind === 'sysvinit' ? 6 : 0],
    ['cgroup2.devices.deny', 'a'],
    ...devices.map((device) => ['cgroup2.devices.allow', device] as const),
    ['cgroup.dir.monitor', `${cgroup}/monitor`],
    ['cgroup.dir.container', `${cgroup}/payload`],
    // The monitor is not to be what the kernel ends when memory runs out; what runs inside is.
    ['proc.oom_score_adj', 0],
    ['prlimit.nofile', '1024:524288'],
    ['console.logfile', `${run}/log`],
    ['console.size', facts.logSize],
    ['console.rotate', 1],
    ...(facts.terminal === undefined ? [] : [['console.path', facts.terminal] as const]),
    ...('signal' in halt ? [['signal.halt', signalNames[halt.signal] ?? halt.signal] as const] : []),
    ...Object.entries({ ...baseEnv, ...facts.env }).map(
      ([name, value]) => ['environment', `${name}=${value}`] as const,
    ),
    ...facts.helpers.map(({ from, to }) => ['mount.entry', entry(from, to, 'bind,ro,create=file')] as const),
    ...facts.mounts.map((mount) => ['mount.entry', mountEntry(mount, idBase)] as const),
    ...facts.nets.flatMap(netLines),
    ['hook.version', 1],
    ['hook.post-stop', '/usr/lib/diskbios/lxc-hook'],
  ];
  return lines.map(([key, value]) => `lxc.${key} = ${oneLine(key, String(value))}\n`).join('');
}

/** What every first process, and what is run inside, finds in its environment. */
export const baseEnv: Readonly<Record<string, string>> = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  LANG: 'C.UTF-8',
};

function oneLine(key: string, value: string): string {
  if (/[\u0000-\u001f\u007f]/.test(value)) throw new Error(`a control character in lxc.${key}`);
  return value;
}

/** LXC splits at blanks outside of quotes, and has no way to write a quote inside of its own kind. */
function words(argv: readonly string[]): string {
  return argv
    .map((word) => {
      if (/^[\w@%+=:,./-]+$/.test(word)) return word;
      if (!word.includes('"')) return `"${word}"`;
      if (!word.includes("'")) return `'${word}'`;
      throw new Error(`both kinds of quotes in ${word}`);
    })
    .join(' ');
}

const escaped = (path: string): string => path.replaceAll('\\', '\\134').replaceAll(' ', '\\040');
const entry = (from: string, to: string, options: string): string =>
  `${escaped(from)} ${escaped(to.replace(/^\/+/, ''))} none ${options} 0 0`;

/** With ids of its own the system sees the files of a mount with the owners that they have outside. */
function mountEntry(
  { from, to, readOnly, kind }: LxcFacts['mounts'][number],
  idBase: number | undefined,
): string {
  const options = [
    ...['bind', `create=${kind === 'folder' ? 'dir' : 'file'}`, 'nosuid', 'nodev'],
    ...(readOnly ? ['ro'] : []),
    ...(idBase === undefined ? [] : ['idmap=container']),
  ];
  return entry(from, to, options.join(','));
}

function netLines(net: LxcNet, n: number): (readonly [string, string])[] {
  const line = (key: string, value: string): readonly [string, string] => [`net.${n}.${key}`, value];
  if (net.type === 'empty' || net.type === 'none') return [line('type', net.type)];
  return [
    line('type', net.type),
    line('link', net.link),
    line('flags', 'up'),
    line('name', net.name),
    line('hwaddr', net.hwaddr),
    ...(net.type === 'macvlan' ? [line('macvlan.mode', 'bridge')] : []),
    ...(net.pair === undefined ? [] : [line('veth.pair', net.pair)]),
    ...(net.ipv4 === undefined ? [] : [line('ipv4.address', net.ipv4)]),
    ...(net.gateway === undefined ? [] : [line('ipv4.gateway', net.gateway)]),
    ...(net.ipv6 === undefined ? [] : [line('ipv6.address', net.ipv6)]),
  ];
}
