import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { bmapBlock, formatBmap, parseBmap } from '../../../src/formats/bmap.ts';
import { wholeBlocks } from '../../../src/formats/piece.ts';
import { findProgram, run } from '../../../src/sys/run.ts';
import { workFolder } from './disks.ts';

const path = workFolder();
const image = Buffer.alloc(64 * bmapBlock);
image.fill('first', 0, 100);
image.fill('second', 10 * bmapBlock, 13 * bmapBlock);
const ranges = wholeBlocks(
  [
    { from: 10 * bmapBlock, to: 12 * bmapBlock + 1 },
    { from: 0, to: 100 },
    { from: 11 * bmapBlock, to: 12 * bmapBlock },
    { from: 40, to: 40 },
  ],
  bmapBlock,
);
const text = formatBmap(
  image.length,
  ranges.map((range) => ({
    ...range,
    sha256: createHash('sha256').update(image.subarray(range.from, range.to)).digest('hex'),
  })),
);

it('names each block once', () => {
  expect(ranges).toEqual([
    { from: 0, to: bmapBlock },
    { from: 10 * bmapBlock, to: 13 * bmapBlock },
  ]);
  expect([...text.matchAll(/> ([\d-]+) <\/Range>/g)].map(([, range]) => range)).toEqual(['0', '10-12']);
  expect(text).toContain('<MappedBlocksCount> 4 </MappedBlocksCount>');
});

it('holds its own checksum', () => {
  const [, sum = ''] = /<BmapFileChecksum> (\w+) </.exec(text) ?? [];
  const zeros = text.replace(sum, '0'.repeat(64));
  expect(createHash('sha256').update(zeros).digest('hex')).toBe(sum);
});

it.skipIf(findProgram('bmaptool') === undefined)('bmaptool writes by it (needs bmap-tools)', async () => {
  writeFileSync(path('image'), image);
  writeFileSync(path('image.bmap'), text);
  await run(['bmaptool', 'copy', path('image'), path('copy')]);
  expect(readFileSync(path('copy')).equals(image)).toBe(true);
  writeFileSync(path('image'), Buffer.from(image).fill('changed', 11 * bmapBlock, 11 * bmapBlock + 7));
  await expect(run(['bmaptool', 'copy', path('image'), path('copy')])).rejects.toThrow();
});

it('is read as it was written', () => {
  const { size, ranges: read } = parseBmap(text);
  expect(size).toBe(image.length);
  expect(read.map(({ from, to }) => ({ from, to }))).toEqual(ranges);
  expect(read[1]?.sha256).toBe(
    createHash('sha256').update(image.subarray(ranges[1]?.from, ranges[1]?.to)).digest('hex'),
  );
});

it('ends with its image where that is no whole number of blocks', () => {
  const sha256 = createHash('sha256').update('').digest('hex');
  const odd = formatBmap(10_000, [{ from: 8192, to: 12_288, sha256 }]);
  expect(parseBmap(odd).ranges).toEqual([{ from: 8192, to: 10_000, sha256 }]);
});

/** With its own checksum made right again. */
function signed(changed: string): string {
  const [, sum = ''] = /<BmapFileChecksum> (\w+) </.exec(changed) ?? [];
  const zeros = changed.replace(sum, '0'.repeat(64));
  return changed.replace(sum, createHash('sha256').update(zeros).digest('hex'));
}

it.each([
  ['changed', text.replace('10-12', '10-13')],
  ['ranges in disorder', signed(text.replace('10-12', '12-10'))],
  ['ranges that overlap', signed(text.replace('10-12', '0-12'))],
  ['no range that can be read', signed(text.replace('10-12', 'ten'))],
  ['no size', signed(text.replace(/<ImageSize>.*<\/ImageSize>/, ''))],
  ['another kind', signed(text.replace('> sha256 <', '> sha1 <'))],
  ['an old version', signed(text.replace('version="2.0"', 'version="1.3"'))],
  ['something else', 'hello'],
])('is refused: %s', (_, wrong) => {
  expect(() => parseBmap(wrong)).toThrow(expect.objectContaining({ code: 'bad-bmap' }) as Error);
});
