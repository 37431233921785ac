import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { FailedError } from '../base/errors.ts';

/** A folder that cannot be made or written. */
export function notWritable(error: unknown, where: string): FailedError {
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? 'unknown reason';
  return new FailedError('not-writable', `${where} cannot be written (${code})`, {
    hint: 'choose another folder (the store: DISKBIOS_STORE), or mend its permissions',
    cause: error,
  });
}

/** Names what a failed write really was, so that "no space" never looks like something else. */
export function storageError(error: unknown, where: string): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new FailedError('no-space', `no space left on the disk that holds ${where}`, {
      hint: 'free some space, or run `diskbios cache prune`; nothing that was finished is lost',
      cause: error,
    });
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return notWritable(error, where);
  return error;
}

/** Makes a folder and its parents, one by one: Node's own `recursive` never ends below /proc. */
export function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Writes a small file beside its place, syncs it, and renames it there: it is the old one or the new one, never half. */
export function writeWhole(path: string, text: string | Uint8Array): void {
  makeFolder(dirname(path));
  const beside = `${path}.new-${process.pid}`;
  try {
    const fd = openSync(beside, 'w');
    try {
      writeFileSync(fd, text);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw storageError(error, path);
  }
}
