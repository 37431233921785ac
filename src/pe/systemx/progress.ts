import { formatBytes } from '../../base/sizes.ts';
import { columns, isTerminal, writeError } from '../host/terminal.ts';
import { now } from '../host.ts';

/**
 * `[=====>    ]  45 %  12.0 MiB of 26.7 MiB  8.1 MiB/s`; without a total only what is done, and how fast.
 * @param seconds since it began
 */
export function bar(done: number, total: number | undefined, seconds: number, width: number): string {
  const rate = seconds < 0.5 ? '' : `  ${formatBytes(Math.round(done / seconds))}/s`;
  if (total === undefined || total <= 0) return `${formatBytes(done)}${rate}`;
  const part = Math.min(1, done / total);
  const tail = ` ${String(Math.floor(part * 100)).padStart(3)} %  ${formatBytes(done)} of ${formatBytes(total)}${rate}`;
  const room = Math.max(0, Math.min(40, width - tail.length - 3));
  const filled = Math.floor(part * room);
  return room < 8 ? tail.trim() : `[${'='.repeat(filled).padEnd(room)}]${tail}`;
}

const often = 100; // milliseconds

/** A line on standard error that is drawn anew, some times a second; nothing where that is no terminal. Takes one work after another. */
export function progress(): {
  readonly begin: (what: string, total: number | undefined) => void;
  readonly to: (done: number) => void;
  readonly end: () => void;
} {
  if (!isTerminal(2)) return { begin: () => undefined, to: () => undefined, end: () => undefined };
  let what = '';
  let total: number | undefined;
  let begun = 0;
  let drawn = -Infinity;
  const draw = (done: number): void => {
    drawn = now();
    const shown = bar(Math.floor(done), total, (now() - begun) / 1000, columns(2) - what.length - 1);
    writeError(`\r\u001b[K${what} ${shown}`);
  };
  return {
    begin(name, bytes) {
      [what, total, begun] = [name, bytes, now()];
      draw(0);
    },
    to(done) {
      if (now() - drawn >= often) draw(done);
    },
    end() {
      writeError('\r\u001b[K');
    },
  };
}
