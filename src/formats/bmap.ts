import { createHash } from 'node:crypto';
import type { Extent } from './piece.ts';

/** A part of an image that must be written, with its SHA-256 as hex digits. */
export interface BmapRange extends Extent {
  readonly sha256: string;
}

export const bmapBlock = 4096;

const noSum = '0'.repeat(64);

/**
 * A block map as bmaptool reads it (version 2.0 of its format): which blocks of an image hold anything, so that the others
 * need not be written.
 * @param size of the image, in bytes
 * @param ranges whole blocks of `bmapBlock` bytes, in order
 */
export function formatBmap(size: number, ranges: readonly BmapRange[]): string {
  const blocks = Math.ceil(size / bmapBlock);
  const mapped = ranges.reduce((sum, { from, to }) => sum + (to - from) / bmapBlock, 0);
  const lines = ranges.map(({ from, to, sha256 }) => {
    const [first, last] = [from / bmapBlock, to / bmapBlock - 1];
    return `        <Range chksum="${sha256}"> ${first === last ? first : `${first}-${last}`} </Range>`;
  });
  const text = `<?xml version="1.0" ?>
<!-- Which blocks of the image hold anything: \`bmaptool copy IMAGE DEVICE\` writes these and leaves the others. -->
<bmap version="2.0">
    <ImageSize> ${size} </ImageSize>
    <BlockSize> ${bmapBlock} </BlockSize>
    <BlocksCount> ${blocks} </BlocksCount>
    <MappedBlocksCount> ${mapped} </MappedBlocksCount>
    <ChecksumType> sha256 </ChecksumType>
    <!-- SHA-256 of this file with zeros in place of it. -->
    <BmapFileChecksum> ${noSum} </BmapFileChecksum>
    <BlockMap>
${lines.join('\n')}
    </BlockMap>
</bmap>
`;
  return text.replace(noSum, createHash('sha256').update(text).digest('hex'));
}
