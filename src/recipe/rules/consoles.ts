import { nearest } from '../../base/suggest.ts';
import { didYouMean } from '../problems.ts';
import { type Facts, type Rule, valueAt } from './rule.ts';

/** Bits per second that Linux knows for a serial port (asm-generic/termbits.h), from 1200 on. */
const speeds = [
  ...[1200, 1800, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 500000, 576000, 921600],
  ...[1000000, 1152000, 1500000, 2000000, 2500000, 3000000, 3500000, 4000000],
];
/** The most that the clock of a PC's serial port, which GRUB counts on, has. */
const fastestMenu = 115200;
/** Ports that Debian's kernels look for, and that a PC has addresses for (CONFIG_SERIAL_8250_RUNTIME_UARTS). */
const ports = 4;

/** Consoles are there once each, with a speed that a port has; what is quiet is not loud as well. */
export const consoleRules: Rule = (facts) => {
  const { consoles } = facts.raw.boot;
  const seen = new Set<string>();
  for (const [n, console] of consoles.entries()) {
    const [name = '', options = ''] = console.split(',');
    const at = valueAt(facts, ['boot', 'consoles', n]);
    if (seen.has(name)) {
      facts.problems.error('listed-twice', at, `\`${name}\` is a console already`, {
        expected: 'each console once; the last one is where the PE’s own messages go',
      });
    }
    seen.add(name);
    checkSpeed(facts, n, name, options);
    const unit = Number(/^ttyS(\d+)$/.exec(name)?.[1] ?? 0);
    if (unit >= ports) {
      facts.problems.warn(
        'unknown-port',
        at,
        `\`${name}\` is a port that few kernels look for by themselves`,
        {
          expected: `ttyS0 to ttyS${ports - 1}, or \`8250.nr_uarts=${unit + 1}\` in \`kernel.cmdline\``,
        },
      );
    }
  }
  checkQuiet(facts);
};

function checkSpeed(facts: Facts, n: number, name: string, options: string): void {
  const speed = Number.parseInt(options, 10);
  if (Number.isNaN(speed)) return;
  const at = valueAt(facts, ['boot', 'consoles', n]);
  if (!speeds.includes(speed)) {
    const close = nearest(String(speed), speeds.map(String));
    facts.problems.error('bad-value', at, `no serial port runs at ${speed} bits per second`, {
      expected: `one of ${speeds.join(', ')}`,
      hint: didYouMean(close),
    });
  } else if (speed > fastestMenu && name.startsWith('ttyS')) {
    facts.problems.warn('no-effect', at, `the boot menu is not shown at ${speed} bits per second`, {
      expected: `at most ${fastestMenu}; the kernel’s own messages come at any speed`,
    });
  }
}

/** Words that say how much the kernel tells. */
const levels = /^(loglevel=.*|ignore_loglevel|debug)$/;

function checkQuiet(facts: Facts): void {
  const { boot, kernel } = facts.raw;
  const lists = [
    { path: ['kernel', 'cmdline'], words: kernel.cmdline },
    ...boot.entries.map(({ cmdline }, n) => ({ path: ['boot', 'entries', n, 'cmdline'], words: cmdline })),
  ];
  for (const { path, words } of lists) {
    for (const [n, word] of words.entries()) {
      if (!boot.quiet || !levels.test(word)) continue;
      facts.problems.warn('no-effect', valueAt(facts, [...path, n]), `\`${word}\` undoes \`boot.quiet\``, {
        expected: 'one of the two; the key `v` in the menu shows all messages',
      });
    }
  }
}
