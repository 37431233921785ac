import { closeSync, openSync, readSync } from 'node:fs';
import { FailedError } from '../base/errors.ts';
import type { ReadAt } from '../formats/read-at.ts';
import type { FileEntry } from '../formats/tree.ts';

/** Reads ranges of many files, each opened once. `using` closes them. */
export interface FileReader extends Disposable {
  /** Fills `into` from `offset` of `file`; throws where the file is shorter. */
  fill(file: string, offset: number, into: Uint8Array): void;
  /** The whole content of an entry. */
  read(entry: FileEntry): Buffer;
  descriptor(file: string): number;
}

export function fileReader(): FileReader {
  const open = new Map<string, number>();
  const descriptor = (file: string): number => {
    const before = open.get(file);
    if (before !== undefined) return before;
    const fd = openSync(file, 'r');
    open.set(file, fd);
    return fd;
  };
  const fill = (file: string, offset: number, into: Uint8Array): void => {
    const fd = descriptor(file);
    let done = 0;
    while (done < into.length) {
      const got = readSync(fd, into, done, into.length - done, offset + done);
      if (got === 0)
        throw new FailedError('file-changed', `${file} is shorter than it was when it was indexed`);
      done += got;
    }
  };
  return {
    descriptor,
    fill,
    read(entry) {
      if ('bytes' in entry.content) return Buffer.from(entry.content.bytes);
      const bytes = Buffer.allocUnsafe(entry.size);
      fill(entry.content.file, entry.content.offset, bytes);
      return bytes;
    },
    [Symbol.dispose]() {
      for (const fd of open.values()) closeSync(fd);
      open.clear();
    },
  };
}

/** A `ReadAt` over a file of a reader. */
export function readAtOf(file: string, reader: FileReader): ReadAt {
  return (offset, length) => {
    const bytes = Buffer.allocUnsafe(length);
    const got = readSync(reader.descriptor(file), bytes, 0, length, offset);
    return bytes.subarray(0, got);
  };
}
