import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { nearest } from '../base/suggest.ts';

/** The one door through which recipes look at the build machine's disk. */

/** The text of a recipe; `undefined` where it cannot be read as a file. Throws a TypeError where it is not UTF-8. */
export async function readRecipeText(file: string): Promise<string | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch {
    return undefined;
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}

/** A small text beside the recipe; `undefined` where it cannot be read as a file. */
export function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** At most so many bytes from the start of a file; none where it cannot be read. */
export function readHead(file: string, bytes: number): Buffer {
  try {
    const fd = openSync(file, 'r');
    try {
      const head = Buffer.alloc(bytes);
      return head.subarray(0, readSync(fd, head, 0, bytes, 0));
    } finally {
      closeSync(fd);
    }
  } catch {
    return Buffer.alloc(0);
  }
}

export function fileKind(path: string): 'file' | 'folder' | 'other' | undefined {
  if (!existsSync(path)) return undefined;
  const stat = statSync(path);
  return stat.isFile() ? 'file' : stat.isDirectory() ? 'folder' : 'other';
}

/** Bytes of a file; `undefined` where there is none. */
export function fileSize(path: string): number | undefined {
  return fileKind(path) === 'file' ? statSync(path).size : undefined;
}

/** What a wrong path may have meant: a file of a like name in the same folder, as it would be written. */
export function nearestFile(written: string, absolute: string): string | undefined {
  const found = nearest(basename(absolute), namesIn(dirname(absolute)));
  return found === undefined ? undefined : join(dirname(written), found);
}

/** Names in a folder, in order; none where it is no folder. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
