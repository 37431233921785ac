import {
  chmodSync,
  closeSync,
  lchownSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { FailedError } from '../base/errors.ts';
import { indexTar } from '../formats/tar-index.ts';
import type { Entry, FileEntry } from '../formats/tree.ts';
import { harmlessMode } from '../formats/true-owners.ts';
import { type FileReader, fileReader, readAtOf } from '../steps/read-file.ts';

const piece = Buffer.alloc(1024 * 1024);

function writeContent(entry: FileEntry, to: string, reader: FileReader): void {
  // Never through a link, whatever lies there.
  const fd = openSync(to, 'wx', 0o600);
  try {
    if ('bytes' in entry.content) writeSync(fd, entry.content.bytes);
    else {
      for (let done = 0; done < entry.size; ) {
        const part = piece.subarray(0, Math.min(piece.length, entry.size - done));
        reader.fill(entry.content.file, entry.content.offset + done, part);
        writeSync(fd, part);
        done += part.length;
      }
    }
  } finally {
    closeSync(fd);
  }
}

function make(entry: Entry, to: string, reader: FileReader, root: string): void {
  if (entry.type === 'dir') mkdirSync(to, 0o700);
  else if (entry.type === 'file') writeContent(entry, to, reader);
  else if (entry.type === 'symlink') symlinkSync(entry.target, to);
  else if (entry.type === 'hardlink') linkSync(join(root, entry.target), to);
  else throw new FailedError('bad-root', `/${entry.path} is a device, which no folder can hold`);
}

/** Owner, permissions and times, once nothing is written below it any more. */
function finish(entry: Entry, to: string, isRoot: boolean): void {
  if (entry.type === 'hardlink') return;
  if (isRoot) lchownSync(to, entry.uid, entry.gid);
  if (entry.type !== 'symlink') chmodSync(to, isRoot ? entry.mode : harmlessMode(entry));
  lutimesSync(to, entry.mtime, entry.mtime);
}

/**
 * Unpacks the archive of a root into a new folder: for root with its true owners and permissions, for others as their own and
 * without setuid bits. Links never lead out of the folder while it is written. Gives the bytes of its files.
 */
export function unpackRoot(archive: string, to: string, isRoot = process.getuid?.() === 0): number {
  using reader = fileReader();
  const entries = indexTar({ file: archive, read: readAtOf(archive, reader), origin: 'root' });
  mkdirSync(to, 0o755);
  const folders = new Set(['.']);
  let bytes = 0;
  for (const entry of entries) {
    if (!folders.has(dirname(entry.path)))
      throw new FailedError('bad-root', `/${entry.path} lies below what is no folder`);
    make(entry, join(to, entry.path), reader, to);
    if (entry.type === 'dir') folders.add(entry.path);
    if (entry.type === 'file') bytes += entry.size;
  }
  for (const entry of entries.reverse()) finish(entry, join(to, entry.path), isRoot);
  return bytes;
}
