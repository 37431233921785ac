import {
  closeSync,
  constants,
  copyFileSync,
  ftruncateSync,
  openSync,
  readSync,
  statSync,
  writeSync,
} from 'node:fs';

/** Holes are found in pieces of this size: the blocks of most file systems are no larger. */
const piece = 64 * 1024;
const chunk = 4 * 1024 * 1024;

/** Copies a file, and leaves the holes of a sparse one as holes. Shares its blocks where the file system can. */
export function copySparse(from: string, to: string): void {
  const { blocks, size } = statSync(from);
  if (blocks * 512 >= size) {
    copyFileSync(from, to, constants.COPYFILE_FICLONE);
    return;
  }
  const [source, target] = [openSync(from, 'r'), openSync(to, 'w')];
  try {
    ftruncateSync(target, size);
    const buffer = Buffer.allocUnsafe(chunk);
    for (let at = 0; at < size; ) {
      const got = readSync(source, buffer, 0, chunk, at);
      if (got === 0) break;
      writeData(target, buffer.subarray(0, got), at);
      at += got;
    }
  } finally {
    closeSync(source);
    closeSync(target);
  }
}

const zeros = Buffer.alloc(piece);

/** Writes the pieces that are not all zeros, neighbours at once. */
function writeData(fd: number, bytes: Buffer, at: number): void {
  let start: number | undefined;
  const flush = (end: number): void => {
    if (start !== undefined) writeSync(fd, bytes, start, end - start, at + start);
    start = undefined;
  };
  for (let offset = 0; offset < bytes.length; offset += piece) {
    const end = Math.min(offset + piece, bytes.length);
    if (bytes.compare(zeros, 0, end - offset, offset, end) === 0) flush(offset);
    else start ??= offset;
  }
  flush(bytes.length);
}
