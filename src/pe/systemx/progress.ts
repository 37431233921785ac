import { columns, isTerminal, writeError } from '../host/terminal.ts';
import { now } from '../host.ts';
import { bar } from './bar.ts';

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
