import type { PersonalFile } from '../base/personal.ts';
import { personalChanges } from '../formats/personal-area.ts';
import type { Extent, Piece } from '../formats/piece.ts';
import type { ImageEntry } from './disk.ts';
import type { OpenImage } from './open.ts';

/** What settings are written to. */
export interface PersonalTarget {
  readonly write: (piece: Piece) => void;
  /** All that was written before is on the disk before anything that is written after it. */
  readonly sync: () => void;
}

/**
 * Writes settings into their place in an image, in an order that leaves the old or the new ones whole whenever it is
 * interrupted.
 * @param settings `undefined`: none are to be left
 */
export function writePersonal(
  image: OpenImage,
  place: ImageEntry,
  settings: PersonalFile | undefined,
  { write, sync }: PersonalTarget,
): void {
  const before = image.contents(place);
  for (const phase of personalChanges(before, settings)) {
    const pieces = phase.filter((one) => !sameAt(before, one)).flatMap((one) => spread(one, place.extents));
    // One after the other: a packed part of a disk is read again for each.
    for (const { at, bytes } of pieces) image.change(at, bytes).forEach(write);
    if (pieces.length > 0) sync();
  }
}

const sameAt = (before: Buffer, { at, bytes }: Piece): boolean =>
  before.subarray(at, at + bytes.length).equals(bytes);

/** A piece of a file as pieces of the image that the file lies in. */
function spread({ at, bytes }: Piece, extents: readonly Extent[]): Piece[] {
  const pieces: Piece[] = [];
  let start = 0;
  for (const { from, to } of extents) {
    const [first, last] = [Math.max(at, start), Math.min(at + bytes.length, start + to - from)];
    if (first < last) pieces.push({ at: from + first - start, bytes: bytes.subarray(first - at, last - at) });
    start += to - from;
  }
  return pieces;
}
