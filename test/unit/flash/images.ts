import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { partitionTypes } from '../../../src/base/gpt.ts';
import { formatBmap } from '../../../src/formats/bmap.ts';
import { gptPieces } from '../../../src/formats/gpt.ts';
import type { Extent } from '../../../src/formats/piece.ts';

export const mebibyte = 1024 ** 2;
const bytes = 12 * mebibyte;

/** A folder that goes with the test. */
export function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'diskbios-flash-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

let made: Buffer | undefined;

/** A disk of 12 MiB with a partition table and some noise in it. */
export function diskImage(): Buffer {
  made ??= makeImage();
  return Buffer.from(made);
}

function makeImage(): Buffer {
  const image = Buffer.alloc(bytes);
  const partition = { type: partitionTypes.linuxData, name: 'DATA', firstSector: 2048, sectors: 16_384 };
  const table = {
    sectors: bytes / 512,
    guid: '12345678-9ABC-DEF0-1234-56789ABCDEF0',
    partitions: [{ ...partition, guid: 'FEDCBA98-7654-3210-FEDC-BA9876543210' }],
    bootCode: Buffer.from('boot'),
  };
  for (const piece of gptPieces(table)) image.set(piece.bytes, piece.at);
  for (let at = mebibyte; at < 6 * mebibyte; at += 32)
    createHash('sha256').update(String(at)).digest().copy(image, at);
  return image;
}

/** What of it has a meaning; the rest may be anything on a device. */
export const used: readonly Extent[] = [
  { from: 0, to: 20_480 },
  { from: mebibyte - 8192, to: 6 * mebibyte },
  { from: bytes - 20_480, to: bytes },
];

export function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

export function blockMap(image: Buffer): string {
  return formatBmap(
    image.length,
    used.map(({ from, to }) => ({ from, to, sha256: sha256(image.subarray(from, to)) })),
  );
}

/** Writes an image with its block map into a folder; gives its path. */
export function mappedImage(dir: string, image = diskImage()): string {
  const path = join(dir, 'box.img');
  writeFileSync(path, image);
  writeFileSync(`${path}.bmap`, blockMap(image));
  return path;
}
