/** Bytes that belong at an offset of a file or disk. */
export interface Piece {
  readonly at: number;
  readonly bytes: Buffer;
}

/** A part of a file or disk: bytes from `from` up to, not including, `to`. */
export interface Extent {
  readonly from: number;
  readonly to: number;
}

/** Extents widened to whole blocks, in order, none of them touching another. */
export function wholeBlocks(extents: readonly Extent[], block: number): Extent[] {
  const widened = extents
    .filter(({ from, to }) => to > from)
    .map(({ from, to }) => ({
      from: Math.floor(from / block) * block,
      to: Math.ceil(to / block) * block,
    }))
    .sort((a, b) => a.from - b.from);
  const merged: { from: number; to: number }[] = [];
  for (const { from, to } of widened) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else merged.push({ from, to });
  }
  return merged;
}
