import { createHash } from 'node:crypto';
import { closeSync, lstatSync, openSync, readdirSync, readFileSync, readlinkSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Diagnostic } from '../base/errors.ts';
import type { Json } from '../base/json.ts';

/** One file of an artifact as it was when the artifact was finished. */
export interface FileRecord {
  readonly name: string;
  readonly size: number;
  /** Whole and fractional milliseconds; with the size, it tells a file that somebody wrote to since. */
  readonly mtimeMs: number;
  /** `sha256:…`, or `crc32:…` for the large things in between that can be made again from what is pinned. */
  readonly sum: string;
}

/** What a step was made from, kept so that a later plan can say why it would run again. */
export interface Recorded {
  readonly kind: string;
  readonly version: number;
  /** Large, and made again at any time from pinned packages: a CRC will do to notice damage. */
  readonly bulk: boolean;
  readonly options: Json;
  readonly inputs: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
  readonly tools: string | undefined;
  readonly epoch: number | undefined;
}

/** `meta.json` of an artifact. Written last: a folder without a sound one is no artifact. */
export interface ArtifactMeta {
  readonly format: typeof metaFormat;
  readonly id: string;
  readonly title: string;
  readonly made: Recorded;
  readonly bytes: number;
  /** What the step warned of, said again when its artifact is used. */
  readonly warnings: readonly Diagnostic[];
  readonly files: readonly FileRecord[];
}

export const metaName = 'meta.json';

/** Raised when the fields of `meta.json` change: what an older diskbios left is then made again. */
export const metaFormat = 2;

/** Reads an artifact's `meta.json`; `undefined` where it is missing, damaged, or of another format. */
export function readMeta(dir: string): ArtifactMeta | undefined {
  try {
    const meta = JSON.parse(readFileSync(join(dir, metaName), 'utf8')) as ArtifactMeta;
    return (meta.format as unknown) === metaFormat ? meta : undefined;
  } catch {
    return undefined;
  }
}

const chunkSize = 4 * 1024 * 1024;

/** Gives a file's bytes piece by piece, in one buffer that is used again. */
function readPieces(path: string, take: (piece: Buffer) => void): void {
  const fd = openSync(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(chunkSize);
    for (let got = readSync(fd, buffer); got > 0; got = readSync(fd, buffer)) take(buffer.subarray(0, got));
  } finally {
    closeSync(fd);
  }
}

/** SHA-256 of a file. */
export function hashFile(path: string): string {
  const hash = createHash('sha256');
  readPieces(path, (piece) => hash.update(piece));
  return hash.digest('hex');
}

type SumKind = 'sha256' | 'crc32';

function sumOf(path: string, kind: SumKind): string {
  if (lstatSync(path).isSymbolicLink()) return `crc32:${crc32(readlinkSync(path)).toString(16)}`;
  if (kind === 'sha256') return `sha256:${hashFile(path)}`;
  let sum = 0;
  readPieces(path, (piece) => {
    sum = crc32(piece, sum);
  });
  return `crc32:${sum.toString(16)}`;
}

/** Every file and link below a folder, as paths relative to it, in order. */
export function listFiles(dir: string, below = ''): string[] {
  return readdirSync(join(dir, below), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((item) => {
      const name = below === '' ? item.name : `${below}/${item.name}`;
      return item.isDirectory() ? listFiles(dir, name) : [name];
    });
}

/** Records all files of a finished artifact. */
export function recordFiles(dir: string, kind: SumKind): FileRecord[] {
  return listFiles(dir)
    .filter((name) => name !== metaName)
    .map((name) => {
      const path = join(dir, name);
      const { size, mtimeMs } = lstatSync(path);
      return { name, size, mtimeMs, sum: sumOf(path, kind) };
    });
}

/** The first file that is not as recorded, judged by size and time (a look, no reading), or `undefined`. */
export function firstDamaged(dir: string, files: readonly FileRecord[]): string | undefined {
  return files.find((file) => {
    const stat = lstatSync(join(dir, file.name), { throwIfNoEntry: false });
    return stat === undefined || stat.size !== file.size || stat.mtimeMs !== file.mtimeMs;
  })?.name;
}

/** The first file whose bytes are not as recorded, or `undefined`. Reads everything. */
export function firstChanged(dir: string, files: readonly FileRecord[]): string | undefined {
  return files.find((file) => {
    const path = join(dir, file.name);
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return true;
    return sumOf(path, file.sum.startsWith('sha256:') ? 'sha256' : 'crc32') !== file.sum;
  })?.name;
}
