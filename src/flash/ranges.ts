import type { Extent } from '../formats/piece.ts';

/**
 * What goes on last: as long as it is not there, nothing starts from the device, and nothing takes it for a disk with
 * partitions.
 */
export const headBytes = 1024 * 1024;

/** At the end of a disk lie the copy of a GPT, and the superblocks of RAIDs and ZFS: none of its former content is to be found there. */
export const tailBytes = 1024 * 1024;

/** What must be written of an image, with its SHA-256 where that is known before. */
export interface SourceRange extends Extent {
  readonly sha256: string | undefined;
}

/** Where there is no block map, checksums are made for parts of this size. */
const partBytes = 64 * 1024 * 1024;

/** The whole of an image: as one where its SHA-256 is known, else in parts. */
export function wholeImage(bytes: number, sha256: string | undefined): SourceRange[] {
  if (sha256 !== undefined) return [{ from: 0, to: bytes, sha256 }];
  const ranges: SourceRange[] = [];
  for (let from = 0; from < bytes; from += partBytes)
    ranges.push({ from, to: Math.min(bytes, from + partBytes), sha256: undefined });
  return ranges;
}

/** Bytes of all of these. */
export function lengthOf(extents: readonly Extent[]): number {
  return extents.reduce((sum, { from, to }) => sum + to - from, 0);
}

/** A range in pieces of at most `bytes`, none of them over the end of the head. */
export function pieces({ from, to }: Extent, bytes: number): Extent[] {
  const found: Extent[] = [];
  for (let at = from; at < to; ) {
    const limit = at < headBytes ? headBytes : to;
    const end = Math.min(to, limit, at + bytes);
    found.push({ from: at, to: end });
    at = end;
  }
  return found;
}

/** What is overwritten with zeros first. @param bytes of the device */
export function clearedFirst(bytes: number): Extent[] {
  const tail = Math.max(Math.min(headBytes, bytes), Math.floor((bytes - tailBytes) / 4096) * 4096);
  return [
    { from: 0, to: Math.min(headBytes, bytes) },
    { from: tail, to: bytes },
  ].filter(({ from, to }) => to > from);
}
