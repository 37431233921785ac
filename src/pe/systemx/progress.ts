import { formatBytes } from '../../base/sizes.ts';
import { columns, isTerminal, writeError } from '../host/terminal.ts';
import { now } from '../host.ts';

/** `[=====>    ]  45 %  12.0 MiB of 26.7 MiB`; without a total only what is done. */
export function bar(done: number, total: number | undefined, width: number): string {
  if (total === undefined || total <= 0) return formatBytes(done);
  const part = Math.min(1, done / total);
  const tail = ` ${String(Math.floor(part * 100)).padStart(3)} %  ${formatBytes(done)} of ${formatBytes(total)}`;
  const room = Math.max(0, Math.min(40, width - tail.length - 3));
  const filled = Math.floor(part * room);
  return room < 8 ? tail.trim() : `[${'='.repeat(filled).padEnd(room)}]${tail}`;
}

export interface Progress {
  /** Bytes done so far. */
  readonly to: (done: number) => void;
  readonly end: () => void;
}

/** A line on standard error that is drawn anew, some times a second; nothing where that is no terminal. */
export function progress(what: string, total: number | undefined): Progress {
  if (!isTerminal(2)) return { to: () => undefined, end: () => undefined };
  let last = -Infinity;
  return {
    to(done) {
      if (now() - last < 100) return;
      last = now();
      writeError(`\r\u001b[K${what} ${bar(done, total, columns(2) - what.length - 1)}`);
    },
    end() {
      writeError('\r\u001b[K');
    },
  };
}
