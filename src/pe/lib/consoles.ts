/** A terminal on which a person can log in. */
export interface Terminal {
  readonly name: string;
  readonly kind: 'screen' | 'serial';
  /** Bits per second; 0: leave it as it is. */
  readonly speed: number;
}

export interface TerminalFacts {
  /** `/sys/class/tty/console/active`: the kernel's consoles. */
  readonly active: string;
  /** The recipe's consoles, such as `ttyS0,115200n8`. */
  readonly wanted: readonly string[];
  /** `console=` words of the kernel command line. */
  readonly commandLine: string;
  /** Whether the terminal's hardware is there. */
  readonly present: (name: string) => boolean;
  /** A system has the first screen and the keyboard; the PE's own begin with the second. */
  readonly screenTaken: boolean;
}

/** The terminals to offer a login on: two screens where there is one, and each serial console that exists. */
export function terminals(facts: TerminalFacts): Terminal[] {
  const named = [
    ...[...facts.commandLine.matchAll(/(?:^|\s)console=(\S+)/g)].map((match) => match[1] ?? ''),
    ...facts.wanted,
  ];
  const speeds = new Map<string, number>();
  for (const entry of named) {
    const [name = '', options = ''] = entry.split(',');
    const speed = Number.parseInt(options, 10);
    if (!speeds.has(name) && speed > 0) speeds.set(name, speed);
  }
  const active = facts.active.trim().split(/\s+/);
  const serial = [...active, ...named.map((entry) => entry.split(',')[0] ?? '')].filter(
    (name) => /^[a-zA-Z]+\d+$/.test(name) && !/^tty\d+$/.test(name),
  );
  const screens = (facts.screenTaken ? ['tty2', 'tty3'] : ['tty1', 'tty2']).filter((name) =>
    facts.present(name),
  );
  return [
    ...screens.map((name): Terminal => ({ name, kind: 'screen', speed: 0 })),
    ...[...new Set(serial)]
      .filter((name) => active.includes(name) || facts.present(name))
      .map((name): Terminal => ({ name, kind: 'serial', speed: speeds.get(name) ?? 115200 })),
  ];
}

/** The first line of what the supervisor adds to /etc/inittab. */
const marker = '# Terminals of this machine, written at boot:';

/** busybox init's table with a login on each terminal. What an earlier start added is replaced. */
export function withLogins(inittab: string, logins: readonly Terminal[]): string {
  const own = inittab.split(marker)[0]?.trimEnd() ?? '';
  const lines = logins.map(({ name, kind, speed }) =>
    kind === 'screen'
      ? `${name}::respawn:/sbin/getty -f /run/diskbios/issue.screen ${speed} ${name} linux`
      : `${name}::respawn:/sbin/getty -L -f /run/diskbios/issue.serial ${speed} ${name} vt100`,
  );
  return `${[own, marker, ...lines].join('\n')}\n`;
}
