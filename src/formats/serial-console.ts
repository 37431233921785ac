/** A serial port as Linux's `console=` names it (Documentation/admin-guide/serial-console.rst). */
export interface SerialConsole {
  /** 0 for ttyS0. */
  readonly unit: number;
  /** Bits per second. */
  readonly speed: number;
  readonly parity: 'no' | 'odd' | 'even';
  /** Data bits. */
  readonly word: number;
  /** RTS/CTS flow control. */
  readonly flow: boolean;
}

const parities = { n: 'no', o: 'odd', e: 'even' } as const;

/** Reads `ttyS0`, `ttyS1,115200`, `ttyS0,115200n8r`; `undefined` for consoles that are no PC serial port. */
export function parseSerialConsole(console: string): SerialConsole | undefined {
  const match = /^ttyS(\d+)(?:,(\d+)(?:([noe])([5-8])?(r)?)?)?$/.exec(console);
  if (match === null) return undefined;
  const [, unit, speed = '9600', parity = 'n', word = '8', flow] = match;
  return {
    unit: Number(unit),
    speed: Number(speed),
    parity: parities[parity as keyof typeof parities],
    word: Number(word),
    flow: flow !== undefined,
  };
}

/** The serial port that a boot menu is shown on: the last one named, since that is the one a person looks at. */
export function menuSerial(consoles: readonly string[]): SerialConsole | undefined {
  return consoles.map(parseSerialConsole).findLast((found) => found !== undefined);
}
