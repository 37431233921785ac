import type { SystemMount } from '../../../base/system.ts';
import { shellLine } from '../network-config.ts';

/** What the first shell in a system's own namespaces does before it becomes the system's first process. */
export interface ChrootFacts {
  readonly root: string;
  readonly hostname: string;
  readonly init: readonly string[];
  /** Files of the PE that `init` needs, at paths inside. */
  readonly helpers: readonly { readonly from: string; readonly to: string }[];
  /** Folder that outlives the namespaces: `up` is made there when the first process is about to begin. */
  readonly run: string;
  readonly mounts: readonly SystemMount[];
  readonly env: Readonly<Record<string, string>>;
}

const devices = ['null', 'zero', 'full', 'random', 'urandom', 'tty'] as const;
const links = {
  fd: '/proc/self/fd',
  stdin: '/proc/self/fd/0',
  stdout: '/proc/self/fd/1',
  stderr: '/proc/self/fd/2',
  ptmx: 'pts/ptmx',
} as const;

const quoted = (...words: string[]): string => shellLine([words]);
const bind = (from: string, to: string): string => `mount -o bind ${quoted(from, to)}`;
const file = (path: string): string => `: >${quoted(path)}`;

/** A script for busybox sh, run in new mount, PID, IPC and UTS namespaces with the system's console as its streams. */
export function chrootScript(facts: ChrootFacts): string {
  const { root, run } = facts;
  const mount = (type: string, options: string, at: string): string =>
    `mount -t ${type} -o ${options} ${type} ${quoted(`${root}${at}`)}`;
  return [
    '#!/bin/sh',
    'set -e',
    quoted('hostname', facts.hostname),
    // A mount of its own, so that pivot_root takes it, and so that what is mounted below goes with this system.
    bind(root, root),
    quoted('mkdir', '-p', ...['proc', 'sys', 'dev', 'run', 'tmp'].map((name) => `${root}/${name}`)),
    mount('proc', 'nosuid,nodev,noexec', '/proc'),
    mount('sysfs', 'ro,nosuid,nodev,noexec', '/sys'),
    mount('tmpfs', 'mode=0755,nosuid,size=1m', '/dev'),
    quoted('mkdir', `${root}/dev/pts`, `${root}/dev/shm`),
    mount('devpts', 'newinstance,ptmxmode=0666,mode=0620,gid=5', '/dev/pts'),
    mount('tmpfs', 'mode=1777,nosuid,nodev', '/dev/shm'),
    mount('tmpfs', 'mode=0755,nosuid,nodev', '/run'),
    ...devices.flatMap((name) => [file(`${root}/dev/${name}`), bind(`/dev/${name}`, `${root}/dev/${name}`)]),
    ...Object.entries(links).map(([name, to]) => quoted('ln', '-s', to, `${root}/dev/${name}`)),
    // Its console is whatever terminal this script was given.
    file(`${root}/dev/console`),
    'console=$(readlink /proc/self/fd/0)',
    '[ -t 0 ] || console=/dev/null',
    `mount -o bind "$console" ${quoted(`${root}/dev/console`)}`,
    `echo "$console" >${quoted(`${run}/tty`)}`,
    ...facts.helpers.flatMap(({ from, to }) => [
      quoted('mkdir', '-p', `${root}${to.slice(0, to.lastIndexOf('/'))}`),
      ...[file(`${root}${to}`), bind(from, `${root}${to}`)],
    ]),
    ...facts.mounts.flatMap((one) => mountLines(root, one)),
    quoted('mkdir', '-p', `${root}/run/.pe`),
    file(`${run}/up`),
    quoted('cd', root),
    'pivot_root . run/.pe',
    // The shell lives on the old root until it becomes the first process; lazily, that root goes with it.
    `exec ${quoted('/run/.pe/usr/bin/busybox', 'env', '-i', ...envWords(facts.env))} ${quoted(
      ...['/run/.pe/usr/bin/busybox', 'chroot', '.', '/run/.pe/usr/bin/busybox', 'sh', '-c'],
      '/run/.pe/usr/bin/busybox umount -l /run/.pe && exec "$@"',
      'init',
      ...facts.init,
    )}`,
    '',
  ].join('\n');
}

const envWords = (env: Readonly<Record<string, string>>): string[] =>
  Object.entries(env).map(([name, value]) => `${name}=${value}`);

function mountLines(root: string, { from, to, readOnly }: SystemMount): string[] {
  const at = `${root}${to}`;
  const above = at.slice(0, at.lastIndexOf('/'));
  return [
    `if [ -d ${quoted(from)} ]; then ${quoted('mkdir', '-p', at)}; else ${quoted('mkdir', '-p', above)}; [ -e ${quoted(at)} ] || ${file(at)}; fi`,
    bind(from, at),
    ...(readOnly ? [`mount -o remount,bind,ro ${quoted(at)}`] : []),
  ];
}

const namespaces = '/usr/bin/busybox unshare -m -p -i -u -f --propagation private /usr/bin/busybox sh';
/** Of 512 bytes, as `ulimit -f` counts. */
const logBlocks = 512;

/**
 * A script for busybox sh that becomes the foreground process of a system. `script` holds a terminal for it, whose output goes
 * into a log of bounded size, and which others can write to; on the `screen` it has the machine's own; else there is only the log.
 */
export function foregroundScript(facts: {
  readonly run: string;
  /** Path of the script that runs inside its namespaces. */
  readonly inside: string;
  readonly holder: 'script' | 'screen' | undefined;
  /** `cgroup.procs` of the control group that all of it is to be in. */
  readonly procs: string;
}): string {
  const at = (name: string): string => quoted(`${facts.run}/${name}`);
  const command = `${namespaces} ${quoted(facts.inside)}`;
  // Once a login has had its terminal, `script` does not notice the end, and turns in circles.
  const end = `echo $? >${at('end')}; usleep 100000; kill -9 $PPID`;
  const enter = `echo $$ >${quoted(facts.procs)} || exit 1`;
  if (facts.holder === 'screen')
    return `#!/bin/sh\n${enter}\nexec setsid -c /usr/bin/busybox sh -c ${quoted(`exec ${command}`)} <>/dev/tty1 >&0 2>&1\n`;
  return [
    '#!/bin/sh',
    enter,
    `mkfifo -m 600 ${at('console-in')} ${at('console-out')} 2>/dev/null`,
    // The log writer is ended by its own limit, and another one begins a fresh file. It ends when nobody writes any more.
    `((while ! (ulimit -f ${logBlocks}; exec cat >>${at('log')}) 2>/dev/null; do mv ${at('log')} ${at('log.1')}; done) <${at('console-out')} >/dev/null 2>&1 &)`,
    `exec >${at('console-out')} 2>&1`,
    facts.holder === 'script'
      ? `exec script -q -f -E never -O /dev/null -c ${quoted(`${command}; ${end}`)} <>${at('console-in')}`
      : `rm -f ${at('console-in')}; exec ${command}`,
    '',
  ].join('\n');
}
