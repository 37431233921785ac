/**
 * Reads up to `length` bytes at `offset` of a file; fewer only at its end. Given by whoever holds the file descriptor,
 * so that readers of formats do no I/O of their own.
 */
export type ReadAt = (offset: number, length: number) => Buffer;

/** A `ReadAt` over bytes in memory. */
export function readBuffer(bytes: Buffer): ReadAt {
  return (offset, length) => bytes.subarray(offset, offset + length);
}
