import * as os from 'os';
import { decode } from '../../base/decode.ts';
import { printError } from '../host.ts';
import { toUtf8 } from '../lib/utf8.ts';
import { busybox } from './busybox.ts';

/** The person at the terminal: part of the PE's one door to the machine (see src/pe/host.ts). */

export const isTerminal = (stream: 0 | 1 | 2): boolean => os.isatty(stream);

/** Columns of the terminal on a stream, 80 where it is none. */
export function columns(stream: 1 | 2 = 1): number {
  const size = os.isatty(stream) ? os.ttyGetWinSize(stream) : null;
  return size === null || size[0] === 0 ? 80 : size[0];
}

/** A line from standard input without its end; `undefined` at the end of input. */
export function readLine(): string | undefined {
  const bytes: number[] = [];
  const buffer = new Uint8Array(1);
  for (;;) {
    const got = os.read(0, buffer.buffer, 0, 1);
    const byte = buffer[0] ?? 0;
    if (got <= 0) return bytes.length === 0 ? undefined : decode(bytes);
    if (byte === 10) return decode(bytes);
    bytes.push(byte);
  }
}

/** Asks on standard error, so that the answer to a pipe stays clean. */
export function ask(question: string, { hidden = false } = {}): string | undefined {
  writeError(question);
  if (hidden && os.isatty(0)) os.exec([busybox, 'stty', '-echo']);
  const answer = readLine();
  if (hidden && os.isatty(0)) {
    os.exec([busybox, 'stty', 'echo']);
    printError('');
  }
  return answer;
}

/** Without a line end. */
export function writeError(text: string): void {
  const bytes = toUtf8(text);
  os.write(2, bytes.buffer, 0, bytes.length);
}
