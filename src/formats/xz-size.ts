import { FailedError } from '../base/errors.ts';
import type { ReadAt } from './read-at.ts';

const footerSize = 12;

function bad(): FailedError {
  return new FailedError('bad-xz', 'the xz stream is damaged: its index cannot be read');
}

/**
 * The unpacked size in bytes of one xz stream, from the index at its end (The .xz File Format 1.2.1, sections 2.1.2
 * and 4). `read` addresses the stream itself, `size` is its packed size.
 */
export function xzUnpackedSize(read: ReadAt, size: number): number {
  const footer = read(size - footerSize, footerSize);
  if (footer.length < footerSize || footer.toString('latin1', 10) !== 'YZ') throw bad();
  const indexSize = (footer.readUInt32LE(4) + 1) * 4;
  const index = read(size - footerSize - indexSize, indexSize);
  let at = 1;
  const number = (): number => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = index[at];
      if (byte === undefined) throw bad();
      at += 1;
      value += (byte & 0x7f) * shift;
      if ((byte & 0x80) === 0) return value;
    }
  };
  if (index[0] !== 0) throw bad();
  let total = 0;
  for (let records = number(); records > 0; records -= 1) {
    number();
    total += number();
  }
  return total;
}
