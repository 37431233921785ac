import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type BmapRange, bmapBlock, formatBmap, parseBmap } from '../formats/bmap.ts';
import { formatOvfManifest } from '../formats/ovf.ts';
import type { Extent, Piece } from '../formats/piece.ts';
import { parseSums } from '../formats/sha256sums.ts';
import { hashFile } from '../store/meta.ts';

/** What else tells checksums of an image, and has to follow when its bytes change. */

function hashPart(fd: number, { from, to }: Extent): string {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(1024 * 1024);
  for (let at = from; at < to; ) {
    const got = readSync(fd, buffer, 0, Math.min(buffer.length, to - at), at);
    if (got === 0) break;
    hash.update(buffer.subarray(0, got));
    at += got;
  }
  return hash.digest('hex');
}

/**
 * The block map of an image of which some parts have changed.
 * @param text the map before
 * @param image the image as it is now
 * @returns `undefined`: the map is not one of this image
 */
export function changedBmap(text: string, image: string, changed: readonly Extent[]): string | undefined {
  let ranges: readonly BmapRange[];
  let size: number;
  try {
    ({ ranges, size } = parseBmap(text));
  } catch {
    return undefined;
  }
  const inside = ({ from, to }: Extent): boolean => ranges.some((one) => one.from <= from && to <= one.to);
  if (size % bmapBlock !== 0 || !changed.every(inside)) return undefined;
  const fd = openSync(image, 'r');
  try {
    const touched = (range: Extent): boolean =>
      changed.some(({ from, to }) => from < range.to && range.from < to);
    const fresh = ranges.map((range) => (touched(range) ? { ...range, sha256: hashPart(fd, range) } : range));
    return formatBmap(size, fresh);
  } finally {
    closeSync(fd);
  }
}

const tarBlock = 512;

/** What has to be written into an OVA whose disk has changed: the checksums in its manifest, which are as long as before. */
export function changedOvfManifest(fd: number, bytes: number): Piece[] {
  const sums: Record<string, string> = {};
  let manifest: Extent | undefined;
  for (let at = 0; at + tarBlock <= bytes; ) {
    const header = Buffer.alloc(tarBlock);
    readSync(fd, header, 0, tarBlock, at);
    const name = header.toString('utf8', 0, 100).replace(/\0.*$/s, '');
    if (name === '') break;
    const size = Number.parseInt(header.toString('latin1', 124, 136), 8) || 0;
    const part = { from: at + tarBlock, to: at + tarBlock + size };
    if (name.endsWith('.mf')) manifest = part;
    else sums[name] = hashPart(fd, part);
    at = part.from + Math.ceil(size / tarBlock) * tarBlock;
  }
  if (manifest === undefined) return [];
  const text = formatOvfManifest(sums);
  if (text.length !== manifest.to - manifest.from)
    throw new Error('the manifest of the OVA has another form');
  return [{ at: manifest.from, bytes: Buffer.from(text) }];
}

/** The names of lists beside an image whose checksum of it does not hold. */
export function staleSums(image: string): string[] {
  const [dir, name] = [dirname(image), basename(image)];
  const lists = ['SHA256SUMS', `${name}.sha256`].filter((list) => existsSync(join(dir, list)));
  const told = lists.filter((list) => sumsIn(join(dir, list), name).length > 0);
  if (told.length === 0) return [];
  const now = hashFile(image);
  return told.filter((list) => sumsIn(join(dir, list), name).some((sum) => sum !== now));
}

function sumsIn(list: string, name: string): string[] {
  try {
    const sums = parseSums(readFileSync(list, 'utf8'));
    return sums.filter((sum) => sum.name === name).map(({ sha256 }) => sha256);
  } catch {
    return [];
  }
}
