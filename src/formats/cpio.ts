import { FailedError } from '../base/errors.ts';
import type { Entry } from './tree.ts';

const magic = '070701';
const headerSize = 110;
const trailerName = 'TRAILER!!!';
const kinds = {
  file: 0o100000,
  dir: 0o040000,
  symlink: 0o120000,
  char: 0o020000,
  block: 0o060000,
  fifo: 0o010000,
} as const;

/** What identifies an entry inside one archive. Names of one file share `ino`, `nlink` and the file's own mode. */
export interface CpioIdentity {
  readonly ino: number;
  readonly nlink: number;
}

/** An entry of an archive. `entry` is never a hard link: further names of a file have `size` 0 and the same `ino`. */
export interface CpioRecord extends CpioIdentity {
  readonly entry: Exclude<Entry, { type: 'hardlink' }>;
  /** The file whose name this is too: its bytes come with that file. */
  readonly linkTo: string | undefined;
}

/**
 * Makes entries reproducible records: inode numbers count from 1 in the order given, device numbers are 0, and hard
 * links become further names of their file (with its mode and owner, without its bytes).
 */
export function cpioRecords(entries: readonly Entry[]): CpioRecord[] {
  const files = new Map<string, Exclude<Entry, { type: 'hardlink' }>>();
  const names = new Map<string, number>();
  for (const entry of entries) if (entry.type !== 'hardlink') files.set(entry.path, entry);
  for (const entry of entries) {
    if (entry.type === 'hardlink') names.set(entry.target, (names.get(entry.target) ?? 1) + 1);
  }
  const inodes = new Map<string, number>();
  const inode = (path: string): number => {
    const known = inodes.get(path) ?? inodes.size + 1;
    inodes.set(path, known);
    return known;
  };
  return entries.map((entry) => {
    if (entry.type !== 'hardlink') {
      const nlink = entry.type === 'dir' ? 2 : (names.get(entry.path) ?? 1);
      return { entry, ino: inode(entry.path), nlink, linkTo: undefined };
    }
    const file = files.get(entry.target);
    if (file === undefined) {
      throw new FailedError(
        'dangling-hardlink',
        `/${entry.path} (${entry.origin}) is a hard link to /${entry.target}, which is not there`,
      );
    }
    const named = { ...file, path: entry.path };
    return {
      entry: named,
      ino: inode(entry.target),
      nlink: names.get(entry.target) ?? 1,
      linkTo: entry.target,
    };
  });
}

const zeros = Buffer.alloc(4);

/** The zeros that bring `size` bytes to a multiple of four. */
export function cpioPadding(size: number): Buffer {
  return zeros.subarray(0, (4 - (size % 4)) % 4);
}

function header(name: string, fields: readonly number[]): Buffer {
  const nameSize = Buffer.byteLength(name) + 1;
  const all = [...fields, nameSize, 0];
  for (const value of all) {
    if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) {
      throw new FailedError('too-large-for-cpio', `/${name} does not fit into a cpio archive (4 GiB)`);
    }
  }
  const text = magic + all.map((value) => value.toString(16).padStart(8, '0')).join('');
  return Buffer.concat([Buffer.from(`${text}${name}\0`), cpioPadding(headerSize + nameSize)]);
}

/**
 * The header of a record in the `newc` format (the kernel's initramfs: early-userspace/buffer-format). Of a symlink,
 * its target as well. A file's bytes and `cpioPadding(size)` are to follow, unless `linkTo` is set.
 */
export function cpioHeader(record: CpioRecord): Buffer {
  const { entry, ino, nlink, linkTo } = record;
  const target = entry.type === 'symlink' ? Buffer.from(entry.target) : undefined;
  const size = target?.length ?? (entry.type === 'file' && linkTo === undefined ? entry.size : 0);
  const device = entry.type === 'char' || entry.type === 'block';
  const [major, minor] = device ? [entry.major, entry.minor] : [0, 0];
  const mode = kinds[entry.type] | entry.mode;
  const mtime = Math.max(0, Math.floor(entry.mtime));
  const bytes = header(entry.path, [ino, mode, entry.uid, entry.gid, nlink, mtime, size, 0, 0, major, minor]);
  return target === undefined ? bytes : Buffer.concat([bytes, target, cpioPadding(size)]);
}

/** The record that ends an archive; what follows it starts on a 4-byte boundary, as the kernel demands. */
export function cpioTrailer(): Buffer {
  return header(trailerName, [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
}

function bad(what: string): FailedError {
  return new FailedError('bad-cpio', `this is no sound cpio archive (newc): ${what}`);
}

function entryAt(
  archive: Buffer,
  path: string,
  fields: readonly number[],
  data: number,
): CpioRecord['entry'] {
  const [, kindMode = 0, uid = 0, gid = 0, , mtime = 0, size = 0, , , major = 0, minor = 0] = fields;
  const common = { path, mode: kindMode & 0o7777, uid, gid, mtime, origin: 'cpio archive' };
  switch (kindMode & 0o170000) {
    case kinds.file:
      return { ...common, type: 'file', size, content: { bytes: archive.subarray(data, data + size) } };
    case kinds.dir:
      return { ...common, type: 'dir' };
    case kinds.symlink:
      return { ...common, type: 'symlink', target: archive.toString('utf8', data, data + size) };
    case kinds.char:
      return { ...common, type: 'char', major, minor };
    case kinds.block:
      return { ...common, type: 'block', major, minor };
    case kinds.fifo:
      return { ...common, type: 'fifo' };
    default:
      throw bad(`${path} has the mode ${kindMode.toString(8)}`);
  }
}

/**
 * Reads one archive from `offset` on; `end` is where the next segment of an initrd may start. Content is a view into
 * the buffer. Of several names of a file, those without bytes have `linkTo` set.
 */
export function readCpio(archive: Buffer, offset = 0): { records: CpioRecord[]; end: number } {
  const found: { entry: CpioRecord['entry']; ino: number; nlink: number; size: number }[] = [];
  const aligned = (position: number): number => offset + Math.ceil((position - offset) / 4) * 4;
  let at = offset;
  for (;;) {
    const text = archive.toString('latin1', at, at + headerSize);
    if (text.length < headerSize) throw bad('it ends without a trailer');
    if (!text.startsWith(magic)) throw bad(`no header at byte ${at}`);
    const fields = Array.from({ length: 13 }, (_, n) =>
      Number.parseInt(text.slice(6 + n * 8, 14 + n * 8), 16),
    );
    const [ino = 0, , , , nlink = 0, , size = 0, , , , , nameSize = 0] = fields;
    // A name may be filled up with zeros, to align what follows.
    const path = archive
      .toString('utf8', at + headerSize, at + headerSize + nameSize - 1)
      .replace(/\0.*$/s, '');
    const data = aligned(at + headerSize + nameSize);
    at = aligned(data + size);
    if (path === trailerName) break;
    if (at > archive.length + 3) throw bad(`${path} is cut short`);
    found.push({ entry: entryAt(archive, path, fields, data), ino, nlink, size });
  }
  const owners = new Map<number, string>();
  for (const { entry, ino, nlink, size } of found) {
    if (entry.type === 'file' && nlink > 1 && (size > 0 || !owners.has(ino))) owners.set(ino, entry.path);
  }
  const records = found.map(({ entry, ino, nlink }) => {
    const owner = entry.type === 'file' ? owners.get(ino) : undefined;
    return { entry, ino, nlink, linkTo: owner === entry.path ? undefined : owner };
  });
  return { records, end: at };
}
