import { shellLine } from '../network-config.ts';

/** What the first shell in a system's own namespaces does before it becomes the system's first process. */
export interface ChrootFacts {
  readonly root: string;
  readonly hostname: string;
  readonly init: readonly string[];
  /** Made when the first process is about to begin. */
  readonly up: string;
  readonly mounts: readonly { readonly from: string; readonly to: string; readonly readOnly: boolean }[];
}

const devices = ['null', 'zero', 'full', 'random', 'urandom', 'tty'] as const;
const links = {
  fd: '/proc/self/fd',
  stdin: '/proc/self/fd/0',
  stdout: '/proc/self/fd/1',
  stderr: '/proc/self/fd/2',
  ptmx: 'pts/ptmx',
} as const;

/** A script for busybox sh, run in new mount, PID, IPC and UTS namespaces. */
export function chrootScript(facts: ChrootFacts): string {
  const { root } = facts;
  const quoted = (...words: string[]): string => shellLine([words]);
  const bb = '/usr/bin/busybox';
  const mount = (type: string, options: string, at: string): string =>
    quoted(bb, 'mount', '-t', type, '-o', options, type, `${root}${at}`);
  return [
    '#!/bin/sh',
    'set -e',
    quoted(bb, 'hostname', facts.hostname),
    // A mount of its own, so that pivot_root takes it, and so that what is mounted below goes with this system.
    quoted(bb, 'mount', '-o', 'rbind', root, root),
    ...['proc', 'sys', 'dev', 'run', 'tmp'].map((name) => quoted(bb, 'mkdir', '-p', `${root}/${name}`)),
    mount('proc', 'nosuid,nodev,noexec', '/proc'),
    mount('sysfs', 'ro,nosuid,nodev,noexec', '/sys'),
    mount('tmpfs', 'mode=0755,nosuid,size=1m', '/dev'),
    quoted(bb, 'mkdir', `${root}/dev/pts`, `${root}/dev/shm`),
    mount('devpts', 'newinstance,ptmxmode=0666,mode=0620,gid=5', '/dev/pts'),
    mount('tmpfs', 'mode=1777,nosuid,nodev', '/dev/shm'),
    mount('tmpfs', 'mode=0755,nosuid,nodev', '/run'),
    ...devices.flatMap((name) => [
      `: >${quoted(`${root}/dev/${name}`)}`,
      quoted(bb, 'mount', '-o', 'bind', `/dev/${name}`, `${root}/dev/${name}`),
    ]),
    ...Object.entries(links).map(([name, to]) => quoted(bb, 'ln', '-s', to, `${root}/dev/${name}`)),
    `: >${quoted(`${root}/dev/console`)}`,
    ...facts.mounts.flatMap(({ from, to, readOnly }) => [
      `if [ -d ${quoted(from)} ]; then ${quoted(bb, 'mkdir', '-p', `${root}${to}`)}; else ${quoted(bb, 'mkdir', '-p', `${root}${to.slice(0, to.lastIndexOf('/'))}`)}; [ -e ${quoted(`${root}${to}`)} ] || : >${quoted(`${root}${to}`)}; fi`,
      quoted(bb, 'mount', '-o', 'bind', from, `${root}${to}`),
      ...(readOnly ? [quoted(bb, 'mount', '-o', 'remount,bind,ro', `${root}${to}`)] : []),
    ]),
    quoted(bb, 'mkdir', '-p', `${root}/run/.pe`),
    `: >${quoted(facts.up)}`,
    quoted('cd', root),
    quoted(bb, 'pivot_root', '.', 'run/.pe'),
    // The old root goes away lazily; busybox of the PE is reached through it until then.
    `exec ${quoted(`/run/.pe${bb}`, 'chroot', '.', `/run/.pe${bb}`, 'sh', '-c', `/run/.pe${bb} umount -l /run/.pe; exec "$@"`, 'init')} ${quoted(...facts.init)}`,
    '',
  ].join('\n');
}
