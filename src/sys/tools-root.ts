import { findProgram, run } from './run.ts';

/** A folder of this machine, and where it appears inside. */
export interface Bind {
  readonly from: string;
  /** Absolute path inside, in a folder of its own: `/work`. */
  readonly to: string;
}

export interface ToolsRoot {
  /** A folder with an unpacked Debian tree in it, which becomes `/usr` and what links to that. */
  readonly tree: string;
  /** An empty folder to put the root together in; nothing is left in it. */
  readonly mountpoint: string;
  readonly binds: readonly Bind[];
  /** Beside PATH, HOME, LC_ALL and TZ. */
  readonly env?: Readonly<Record<string, string>>;
}

/** How a process gets a root of its own on this machine. */
export type RootMeans = 'user-namespace' | 'root';

/** Without a network; when `unshare` is killed, so is all below it. */
const unshare: Readonly<Record<RootMeans, readonly string[]>> = {
  'user-namespace': ['--user', '--map-root-user'],
  root: [],
};

const unshareArgv = (means: RootMeans): string[] => [
  'unshare',
  ...unshare[means],
  ...['--mount', '--net', '--pid', '--fork', '--kill-child'],
];

/**
 * Puts the root together: `sh -c script sh MOUNTPOINT TREE FROM TO … -- COMMAND …`. Packages' scripts have not run, so what
 * they would have linked is linked here. In some containers only the /proc that is there may be used.
 */
const enter = `set -eu
root=$1 tree=$2
shift 2
mount -t tmpfs -o mode=0755 tools "$root"
cd "$root"
mkdir usr dev proc tmp etc tools
mount --bind "$tree/usr" usr
mount -o remount,bind,ro usr 2>/dev/null || :
for folder in bin sbin lib lib64; do ln -s "usr/$folder" "$folder"; done
for node in null zero full random urandom tty; do
  : >"dev/$node"
  mount --bind "/dev/$node" "dev/$node" 2>/dev/null || :
done
ln -s /proc/self/fd dev/fd
mount -t proc proc proc 2>/dev/null || mount --rbind /proc proc
mount -t tmpfs -o mode=1777 tmp tmp
ln -s /usr/bin/mawk tools/awk
echo 'root:x:0:0:root:/tmp:/bin/sh' >etc/passwd
while [ "$1" != -- ]; do
  mkdir -p ".$2"
  mount --bind "$1" ".$2"
  shift 2
done
shift
exec chroot . /usr/bin/env -i "$@"
`;

/** The argv that runs a command in a root made of an unpacked tree. The caller sees to it that the tree is complete. */
export function insideArgv(
  means: RootMeans,
  { tree, mountpoint, binds, env = {} }: ToolsRoot,
  argv: readonly string[],
): string[] {
  const variables = { PATH: '/usr/bin:/usr/sbin:/tools', HOME: '/tmp', LC_ALL: 'C', TZ: 'UTC', ...env };
  return [
    ...unshareArgv(means),
    ...['sh', '-c', enter, 'sh', mountpoint, tree],
    ...binds.flatMap(({ from, to }) => [from, to]),
    '--',
    ...Object.entries(variables).map(([name, value]) => `${name}=${value}`),
    ...argv,
  ];
}

/** Whether processes may get a root of their own here, and how; `undefined`: they may not. */
export async function rootMeans(): Promise<RootMeans | undefined> {
  for (const program of ['unshare', 'mount', 'chroot', 'flock']) {
    if (findProgram(program) === undefined) return undefined;
  }
  const ways: RootMeans[] = process.getuid?.() === 0 ? ['user-namespace', 'root'] : ['user-namespace'];
  for (const means of ways) {
    const trial = [...unshareArgv(means), 'sh', '-c', 'mount -t tmpfs trial /tmp && mkdir /tmp/inside'];
    const { exitCode } = await run(trial, { okCodes: Array.from({ length: 256 }, (_, code) => code) });
    if (exitCode === 0) return means;
  }
  return undefined;
}
