import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { FailedError } from '../base/errors.ts';
import { formatBytes } from '../base/sizes.ts';
import type { Extent } from '../formats/piece.ts';
import { storageError } from '../store/files.ts';
import { copySparse } from '../store/sparse.ts';
import { isAlive } from '../sys/scratch.ts';
import { changedBmap, staleSums } from './personal-beside.ts';

/**
 * Changes a copy of an image file and renames it into the file's place. A block map beside it is made anew, or removed where
 * it is not the image's.
 * @param change is given the copy; gives the parts of it that have changed
 */
export function withCopyBeside(
  file: string,
  onNote: (text: string) => void,
  change: (copy: string) => readonly Extent[],
): void {
  const path = realpathSync(file);
  const [dir, name] = [dirname(path), basename(path)];
  const prefix = `.${name}.personal-`;
  removeLeftovers(dir, prefix);
  const copy = join(dir, `${prefix}${process.pid}`);
  const map = `${path}.bmap`;
  const freshMap = `${copy}.bmap`;
  try {
    const status = statSync(path);
    copyFile(path, copy, status);
    keepOwner(copy, status);
    const changed = change(copy);
    const bmap = existsSync(map) ? changedBmap(readFileSync(map, 'utf8'), copy, changed) : undefined;
    if (bmap !== undefined) {
      writeFileSync(freshMap, bmap);
      sync(freshMap);
    }
    renameSync(copy, path);
    if (bmap !== undefined) renameSync(freshMap, map);
    else if (existsSync(map)) {
      rmSync(map);
      onNote(`${basename(map)} was not the block map of this image, and is removed`);
    }
    sync(dir);
  } catch (error) {
    throw storageError(error, path);
  } finally {
    rmSync(copy, { force: true });
    rmSync(freshMap, { force: true });
  }
  for (const list of staleSums(path)) onNote(`the checksum of ${name} in ${list} no longer holds`);
}

/** Copies that a killed process has left. */
function removeLeftovers(dir: string, prefix: string): void {
  for (const name of readdirSync(dir).filter((one) => one.startsWith(prefix))) {
    const pid = Number.parseInt(name.slice(prefix.length), 10);
    if (!isAlive(pid)) rmSync(join(dir, name), { force: true });
  }
}

/** A copy that shares its blocks costs nothing; else there must be room for it. */
function copyFile(from: string, to: string, status: Stats): void {
  try {
    copyFileSync(from, to, constants.COPYFILE_FICLONE_FORCE);
  } catch {
    rmSync(to, { force: true });
    checkSpace(from, status);
    copySparse(from, to);
  }
}

function checkSpace(path: string, { blocks }: Stats): void {
  const { bavail, bsize } = statfsSync(dirname(path));
  const [needed, free] = [blocks * 512, bavail * bsize];
  if (free >= needed) return;
  throw new FailedError(
    'no-space',
    `a copy of ${path} takes ${formatBytes(needed)}, and ${formatBytes(free)} are free beside it`,
    { hint: 'the image is changed in a copy, which then takes its place' },
  );
}

function keepOwner(copy: string, { mode, uid, gid }: Stats): void {
  chmodSync(copy, mode & 0o7777);
  try {
    chownSync(copy, uid, gid);
  } catch {
    // Somebody else's image in a folder of one's own: the new one is one's own.
  }
}

function sync(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
