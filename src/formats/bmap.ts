import { createHash } from 'node:crypto';
import { FailedError } from '../base/errors.ts';
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

/** A block map that was read. */
export interface Bmap {
  /** Bytes of the image. */
  readonly size: number;
  /** In order; the last one ends with the image. */
  readonly ranges: readonly BmapRange[];
}

function damaged(why: string): FailedError {
  return new FailedError('bad-bmap', `the block map is damaged: ${why}`, {
    hint: 'copy it again together with its image; --no-bmap writes the whole image without it',
  });
}

/**
 * Reads a block map of version 2 with SHA-256 sums, as bmaptool, Yocto and diskbios write them. Throws `FailedError` where
 * its own checksum or its numbers are wrong, or it is of another kind.
 */
export function parseBmap(text: string): Bmap {
  const field = (name: string): string =>
    new RegExp(`<${name}>\\s*([^<]*?)\\s*</${name}>`).exec(text)?.[1] ?? '';
  const version = /<bmap\s+version="([^"]*)"/.exec(text)?.[1] ?? '';
  const kind = field('ChecksumType');
  if (!version.startsWith('2.') || kind !== 'sha256') {
    throw new FailedError(
      'bad-bmap',
      'this kind of block map is not known: only version 2 with SHA-256 sums is',
      {
        hint: '--no-bmap writes the whole image without it',
      },
    );
  }
  const sum = field('BmapFileChecksum');
  if (createHash('sha256').update(text.replace(sum, noSum)).digest('hex') !== sum)
    throw damaged('its checksum is wrong');
  const [size, block] = [Number(field('ImageSize')), Number(field('BlockSize'))];
  if (!(size > 0) || !(block >= 512)) throw damaged('it tells no sizes');
  const ranges: BmapRange[] = [];
  for (const [, sha256 = '', first = '', last = first] of text.matchAll(
    /<Range\s+chksum="([0-9a-f]{64})">\s*(\d+)(?:\s*-\s*(\d+))?\s*<\/Range>/g,
  )) {
    const from = Number(first) * block;
    const to = Math.min((Number(last) + 1) * block, size);
    if (from < (ranges.at(-1)?.to ?? 0) || to <= from)
      throw damaged(`range ${first}-${last} is out of order`);
    ranges.push({ from, to, sha256 });
  }
  if (ranges.length !== [...text.matchAll(/<Range\b/g)].length) throw damaged('not every range can be read');
  return { size, ranges };
}
