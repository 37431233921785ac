import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { FailedError, UserError } from '../base/errors.ts';
import { formatBytes } from '../base/sizes.ts';
import { type IsoVolume, readEntries, readVolume } from '../formats/iso9660.ts';
import { type PartitionTables, readPartitionTables } from '../formats/partitions.ts';
import type { ReadAt } from '../formats/read-at.ts';
import type { VirtualDisk } from '../formats/virtual-disks/blocks.ts';
import { openVirtualDisk } from '../formats/virtual-disks/open.ts';
import { openOva } from '../formats/virtual-disks/ova.ts';
import { type ImageEntry, type ImageVolume, readBootDisk, readParts } from './disk.ts';

/** An image opened for reading. `using` closes it. */
export interface OpenImage extends Disposable {
  readonly path: string;
  /** Length of the file. */
  readonly bytes: number;
  /** `iso`, `raw` for a disk as it is, or qemu-img's name of a disk's format. */
  readonly format: string;
  /** Reads exactly what is asked for, or throws; of a disk, as a machine sees it. */
  readonly read: ReadAt;
  /** What has to be written to the file so that bytes of the image change, which `read` then gives. */
  readonly change: VirtualDisk['change'];
  readonly volume: ImageVolume;
  readonly tables: PartitionTables;
  /** Of a disk with slots: those of the slot that is started. */
  readonly entries: readonly ImageEntry[];
  /** The slot of a disk that is started. */
  readonly slot: 'a' | 'b' | undefined;
  /** A file of the image, links followed; `undefined` where there is none. */
  find(path: string): ImageEntry | undefined;
  /** The contents of a file of the image, or its first `length` bytes from `offset` on. */
  contents(entry: ImageEntry, length?: number, offset?: number): Buffer;
}

function exactReader(fd: number, path: string): ReadAt {
  return (offset, length) => {
    const bytes = Buffer.allocUnsafe(length);
    for (let done = 0; done < length; ) {
      const got = readSync(fd, bytes, done, length - done, offset + done);
      if (got === 0) throw truncated(path, `byte ${offset + length} is past its end`);
      done += got;
    }
    return bytes;
  };
}

function truncated(path: string, how: string): FailedError {
  return new FailedError('truncated-image', `${path} was cut off: ${how}`, {
    hint: 'copy or download it again, and compare it with SHA256SUMS',
  });
}

function notAnImage(path: string, why: string): UserError {
  return new UserError({
    code: 'not-an-image',
    message: `${path} is not an image that diskbios can read: ${why}`,
    expected: 'an ISO or disk image, such as `diskbios build` writes to out/',
    hint: /\.(zst|gz|xz)$/.test(path) ? 'unpack it first' : undefined,
  });
}

/** Opens the file; what stands in the way is the caller's mistake. */
function openFile(path: string): number {
  try {
    const fd = openSync(path, 'r');
    if (fstatSync(fd).isFile() || fstatSync(fd).isBlockDevice()) return fd;
    closeSync(fd);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new UserError({ code: 'no-such-image', message: `there is no file ${path}` });
    }
    if (code === 'EACCES') {
      throw new UserError({ code: 'unreadable-image', message: `you may not read ${path}` });
    }
    throw error;
  }
  throw notAnImage(path, 'it is a folder');
}

/** Length of a file or a block device, whose status has none. */
function bytesOf(fd: number): number {
  const status = fstatSync(fd);
  if (!status.isBlockDevice()) return status.size;
  const { rdev } = status;
  const [major, minor] = [Math.floor(rdev / 256) % 4096, (rdev % 256) + Math.floor(rdev / 2 ** 20) * 256];
  return Number(readFileSync(`/sys/dev/block/${major}:${minor}/size`, 'utf8')) * 512;
}

function looksLikeText(bytes: Buffer): boolean {
  return bytes.length > 0 && !bytes.includes(0);
}

function readWhole(fd: number, path: string): Omit<OpenImage, typeof Symbol.dispose> {
  const bytes = bytesOf(fd);
  const file = exactReader(fd, path);
  const known = openOva(file, bytes) ?? openVirtualDisk(file, bytes);
  const { format, read } = known ?? { format: undefined, read: file };
  const length = known?.bytes ?? bytes;
  // The volume descriptors start at byte 32768.
  if (length < 17 * 2048) {
    const start = file(0, Math.min(bytes, 512));
    throw notAnImage(
      path,
      looksLikeText(start) ? 'it is a text file' : `it is only ${formatBytes(bytes)} long`,
    );
  }
  const tables = readPartitionTables(read);
  const disk = tables.gpt === undefined ? undefined : readBootDisk(read, tables.gpt.partitions);
  const content = disk ?? isoContent(read, path, length);
  if (tables.gpt !== undefined && tables.gpt.end > length) {
    throw truncated(path, `its partition table ends at byte ${tables.gpt.end}, but ${length} are there`);
  }
  const byPath = new Map(content.entries.map((entry) => [entry.path, entry]));
  return {
    ...{ path, bytes, read, tables },
    change: known?.change ?? ((at, changed) => [{ at, bytes: changed }]),
    format: disk === undefined ? 'iso' : (format ?? 'raw'),
    ...{ volume: content.volume, entries: content.entries, slot: disk?.slot },
    find: (wanted) => followLinks(byPath, wanted),
    contents: (entry, wanted = entry.size, offset = 0) =>
      readParts(read, entry.extents, { offset, length: Math.min(wanted, entry.size - offset) }),
  };
}

function isoContent(
  read: ReadAt,
  path: string,
  bytes: number,
): { readonly volume: ImageVolume; readonly entries: readonly ImageEntry[] } {
  const volume = volumeOf(read, path);
  if (volume.bytes > bytes) {
    throw truncated(path, `it says that it is ${volume.bytes} bytes long, but ${bytes} are there`);
  }
  const entries = readEntries(read, volume).map(({ path: at, type, size, target, offset }) => ({
    ...{ path: at, type, size, target },
    extents: [{ from: offset, to: offset + size }],
  }));
  return { volume, entries };
}

function volumeOf(read: ReadAt, path: string): IsoVolume {
  try {
    return readVolume(read);
  } catch (error) {
    if (error instanceof FailedError && error.code === 'not-an-image') throw notAnImage(path, error.message);
    throw error;
  }
}

function followLinks(entries: ReadonlyMap<string, ImageEntry>, path: string): ImageEntry | undefined {
  let wanted = path.replace(/^\/+/, '');
  for (let links = 0; links < 16; links += 1) {
    const entry = entries.get(wanted);
    if (entry?.target === undefined) return entry;
    const base = entry.target.startsWith('/')
      ? 'file:///'
      : `file:///${wanted.split('/').map(encodeURIComponent).join('/')}`;
    wanted = decodeURIComponent(new URL(entry.target, base).pathname).replace(/^\/+/, '');
  }
  return undefined;
}

/** Opens an ISO or a disk image. Throws `UserError` for a file that is none, `FailedError` for one that was cut off. */
export function openImage(path: string): OpenImage {
  const fd = openFile(path);
  try {
    return { ...readWhole(fd, path), [Symbol.dispose]: () => closeSync(fd) };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}
