import * as os from 'os';
import * as std from 'std';
import { FailedError } from '../../base/errors.ts';

/** Files beyond reading and writing text: part of the PE's one door to the machine (see src/pe/host.ts). */

const synchronous = 0x101000; // O_SYNC: a write returns when the bytes and the file's size are on the disk

export interface FileStat {
  readonly kind: 'file' | 'folder' | 'link' | 'block' | 'char' | 'fifo' | 'socket';
  /** Permission bits, such as 0o755. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly mtime: number;
  readonly dev: number;
  readonly ino: number;
}

const kinds = new Map<number, FileStat['kind']>([
  [os.S_IFREG, 'file'],
  [os.S_IFDIR, 'folder'],
  [os.S_IFLNK, 'link'],
  [os.S_IFBLK, 'block'],
  [os.S_IFCHR, 'char'],
  [os.S_IFIFO, 'fifo'],
]);

function fileStat(found: os.Stat | null): FileStat | undefined {
  if (found === null) return undefined;
  const { mode, uid, gid, size, mtime, dev, ino } = found;
  const kind = kinds.get(mode & os.S_IFMT) ?? 'socket';
  return { kind, mode: mode & 0o7777, uid, gid, size, mtime, dev, ino };
}

/** Follows symbolic links; `undefined` where there is nothing. */
export const stat = (path: string): FileStat | undefined => fileStat(os.stat(path)[0]);
export const lstat = (path: string): FileStat | undefined => fileStat(os.lstat(path)[0]);
export const isFolder = (path: string): boolean => stat(path)?.kind === 'folder';
/** Whether there is anything of that name, a link that leads nowhere too. */
export const isThere = (path: string): boolean => os.lstat(path)[0] !== null;

/** Waits for so many bytes of a stream; fewer at its end. */
export function readBytes(fd: number, length: number): Uint8Array<ArrayBuffer> {
  const buffer = new ArrayBuffer(length);
  let got = 0;
  while (got < length) {
    const more = os.read(fd, buffer, got, length - got);
    if (more <= 0) break;
    got += more;
  }
  return new Uint8Array(buffer, 0, got);
}

function check(result: number, what: string): void {
  if (result < 0) throw new FailedError('file', `cannot ${what}: ${std.strerror(-result)}`);
}

export function rename(from: string, to: string): void {
  check(os.rename(from, to), `rename ${from} to ${to}`);
}

/** False: something of that name is there already. The one call that makes or fails without a moment between. */
export function makeLink(target: string, path: string): boolean {
  const result = os.symlink(target, path);
  if (result === -17) return false; // EEXIST
  check(result, `make the link ${path}`);
  return true;
}

export function readLink(path: string): string | undefined {
  const [target, failed] = os.readlink(path);
  return failed === 0 ? target : undefined;
}

/** The path with all links followed; `undefined` where it leads nowhere. */
export function realPath(path: string): string | undefined {
  const [found, failed] = os.realpath(path);
  return failed === 0 ? found : undefined;
}

/** A path as seen from the folder that this program was started in, as an absolute one. */
export function absolutePath(path: string): string {
  const [folder] = os.getcwd();
  return path.startsWith('/') ? path : `${folder === '/' ? '' : folder}/${path}`;
}

/** Makes a folder and those above it. One that is there stays as it is. */
export function makeFolders(path: string, mode = 0o755): void {
  if (isFolder(path)) return;
  const above = path.slice(0, path.lastIndexOf('/'));
  if (above !== '') makeFolders(above);
  const result = os.mkdir(path, mode);
  if (result < 0 && !isFolder(path)) check(result, `make the folder ${path}`);
}

/** Removes a file, a link or an empty folder; nothing there is no failure. */
export function removeOne(path: string): void {
  const result = os.remove(path);
  if (result < 0 && isThere(path)) check(result, `remove ${path}`);
}

/** False: there is more in it than a folder of nothing. */
export function removeEmpty(path: string): boolean {
  if (os.lstat(path)[0] === null) return true;
  return os.remove(path) === 0;
}

/** Writes a file anew; with `durable`, its bytes are on the disk on return (its name only when its folder is synced). */
export function writeFile(
  path: string,
  bytes: Uint8Array<ArrayBuffer>,
  { mode = 0o644, durable = false } = {},
): void {
  os.remove(path);
  const flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_EXCL | (durable ? synchronous : 0);
  const fd = os.open(path, flags, mode);
  check(fd, `write ${path}`);
  writeAll(fd, bytes, path);
}

function writeAll(fd: number, bytes: Uint8Array<ArrayBuffer>, path: string): void {
  let at = 0;
  while (at < bytes.length) {
    const took = os.write(fd, bytes.buffer, bytes.byteOffset + at, bytes.length - at);
    if (took <= 0) {
      os.close(fd);
      check(took === 0 ? -5 : took, `write ${path}`);
    }
    at += took;
  }
  check(os.close(fd), `write ${path}`);
}

/** Writes into a file or device that is there, at an offset in bytes; on the disk on return. */
export function writeAt(path: string, offset: number, bytes: Uint8Array<ArrayBuffer>): void {
  const fd = os.open(path, os.O_WRONLY | synchronous);
  check(fd, `write to ${path}`);
  os.seek(fd, offset, std.SEEK_SET);
  writeAll(fd, bytes, path);
}

/** Opens a file to write at its end, and makes it where there is none. Negative: failed. */
export const openForAppending = (path: string): number =>
  os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644);

/** At most `length` bytes from an offset; fewer at the end. `undefined`: it cannot be read. */
export function readAt(path: string, offset: number, length: number): Uint8Array | undefined {
  const fd = os.open(path, os.O_RDONLY);
  if (fd < 0) return undefined;
  os.seek(fd, offset, std.SEEK_SET);
  const bytes = readBytes(fd, length);
  os.close(fd);
  return bytes;
}
