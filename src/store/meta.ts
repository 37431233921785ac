import { createHash } from 'node:crypto';
import { createReadStream, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Diagnostic } from '../base/errors.ts';
import type { Json } from '../base/json.ts';

/** One file of an artifact as it was when the artifact was finished. */
export interface FileRecord {
  readonly name: string;
  readonly size: number;
  /** Whole and fractional milliseconds; with the size, it tells a file that somebody wrote to since. */
  readonly mtimeMs: number;
  readonly sha256: string;
}

/** What a step was made from, kept so that a later plan can say why it would run again. */
export interface Recorded {
  readonly kind: string;
  readonly version: number;
  readonly options: Json;
  readonly inputs: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
  readonly tools: string | undefined;
  readonly epoch: number | undefined;
}

/** `meta.json` of an artifact. Written last: a folder without a sound one is no artifact. */
export interface ArtifactMeta {
  readonly format: 1;
  readonly id: string;
  readonly title: string;
  readonly made: Recorded;
  readonly bytes: number;
  /** What the step warned of, said again when its artifact is used. */
  readonly warnings: readonly Diagnostic[];
  readonly files: readonly FileRecord[];
}

export const metaName = 'meta.json';

/** SHA-256 of a file, read as a stream. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 }))
    hash.update(chunk as Buffer);
  return hash.digest('hex');
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
export async function recordFiles(dir: string): Promise<FileRecord[]> {
  const records: FileRecord[] = [];
  for (const name of listFiles(dir)) {
    if (name === metaName) continue;
    const path = join(dir, name);
    const stat = lstatSync(path);
    const sha256 = stat.isSymbolicLink()
      ? createHash('sha256').update(readlinkSync(path)).digest('hex')
      : await hashFile(path);
    records.push({ name, size: stat.size, mtimeMs: stat.mtimeMs, sha256 });
  }
  return records;
}

/** The first file that is not as recorded, judged by size and time (a look, no reading), or `undefined`. */
export function firstDamaged(dir: string, files: readonly FileRecord[]): string | undefined {
  return files.find((file) => {
    const stat = lstatSync(join(dir, file.name), { throwIfNoEntry: false });
    return stat === undefined || stat.size !== file.size || stat.mtimeMs !== file.mtimeMs;
  })?.name;
}

/** The first file whose bytes are not as recorded, or `undefined`. Reads everything. */
export async function firstChanged(dir: string, files: readonly FileRecord[]): Promise<string | undefined> {
  for (const file of files) {
    const path = join(dir, file.name);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return file.name;
    const actual = stat.isSymbolicLink()
      ? createHash('sha256').update(readlinkSync(path)).digest('hex')
      : await hashFile(path);
    if (actual !== file.sha256) return file.name;
  }
  return undefined;
}
