/** The inits whose ways of being stopped are known; `program`: anything else. */
export type InitKind = 'systemd' | 'busybox' | 'sysvinit' | 'openrc' | 'runit' | 'program';

const lastPart = (path = ''): string => path.slice(path.lastIndexOf('/') + 1);

/**
 * Which init a command is.
 * @param path where the path of its program leads to when links are followed
 * @param has whether the root has a file of that path
 */
export function initKind(command: readonly string[], path: string, has: (path: string) => boolean): InitKind {
  const name = lastPart(path);
  if (name === 'systemd') return 'systemd';
  if (/^busybox(\.static)?$/.test(name)) {
    // One program with many names.
    const applet = lastPart(command[0]) === name ? command[1] : lastPart(command[0]);
    return applet === 'init' || applet === 'linuxrc' ? 'busybox' : 'program';
  }
  if (name === 'openrc-init') return 'openrc';
  if (name === 'runit-init' || name === 'runit') return 'runit';
  if (/^(sysv)?init$/.test(name) && has('/etc/inittab') && ['/sbin/telinit', '/usr/sbin/telinit'].some(has))
    return 'sysvinit';
  return 'program';
}

/** How an init is asked to switch its system off. */
export type Halt = { readonly signal: number } | { readonly run: readonly string[] };

const halts: Readonly<Record<InitKind, { readonly halt: Halt; readonly patience: number }>> = {
  // SIGRTMIN+3
  systemd: { halt: { signal: 37 }, patience: 90_000 },
  // SIGUSR2
  busybox: { halt: { signal: 12 }, patience: 20_000 },
  // Its signals do what its inittab says, which is to reboot; so it is told in words.
  sysvinit: { halt: { run: ['/sbin/init', '0'] }, patience: 60_000 },
  openrc: { halt: { run: ['/sbin/openrc-shutdown', '--poweroff', 'now'] }, patience: 60_000 },
  runit: { halt: { run: ['/sbin/runit-init', '0'] }, patience: 60_000 },
  program: { halt: { signal: 15 }, patience: 10_000 },
};

export const haltOf = (kind: InitKind): Halt => halts[kind].halt;
/** Milliseconds that it is given to switch itself off. */
export const patienceOf = (kind: InitKind): number => halts[kind].patience;

/**
 * A script for busybox sh that is the first process of a system whose first process is to be a plain program: it collects
 * orphans, hands signals on, and ends with the program and its exit code. `words`: the command as a line of shell words.
 */
export const wrapper = (words: string): string => `#!/bin/sh
# What the kernel ignores for a first process, a plain program gets from here.
exec 3<&0
asked=
trap 'asked=TERM; kill -TERM "$child" 2>/dev/null' TERM INT
trap 'asked=HUP; kill -HUP "$child" 2>/dev/null' HUP
${words} <&3 3<&- &
child=$!
[ -z "$asked" ] || kill -"$asked" "$child"
wait "$child"
code=$?
# A signal ends the waiting, not the program.
while [ -n "$asked" ]; do
	asked=
	wait "$child"
	again=$?
	# 127: it had ended already.
	[ "$again" = 127 ] || code=$again
done
exit "$code"
`;
