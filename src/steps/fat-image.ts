import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { posix } from 'node:path';
import type { StepContext } from '../plan/types.ts';

export interface FatImage {
  /** Volume serial number, 8 hex digits. */
  readonly serial: string;
  /** At most 11 of A–Z, 0–9. */
  readonly label: string;
  /** Paths in the file system, and the files on disk that go there. */
  readonly files: Readonly<Record<string, string>>;
}

const sectorSize = 512;
/** Cylinders of 256 KiB: 16 heads of 32 sectors. Sizes are whole cylinders, since some firmware computes with them. */
const heads = 16;
const sectorsPerTrack = 32;
const cylinder = heads * sectorsPerTrack * sectorSize;
/** Boot sector, file tables, root directory and the folders. */
const overhead = 96 * 1024;

/** Makes a FAT file system just large enough for some files. Times are the context's epoch. */
export async function makeFatImage(context: StepContext, image: string, fat: FatImage): Promise<void> {
  const content = Object.values(fat.files).reduce((sum, file) => sum + statSync(file).size, 0);
  const cylinders = Math.ceil((content + overhead) / cylinder);
  const mtools = (command: string, ...args: string[]) =>
    context.run(context.tool('usr/bin/mtools', '-c', command, '-i', image, ...args), {
      env: { MTOOLSRC: '/dev/null', MTOOLS_SKIP_CHECK: '1', SOURCE_DATE_EPOCH: String(context.epoch) },
    });
  const geometry = ['-t', cylinders, '-h', heads, '-s', sectorsPerTrack].map(String);
  await mtools('mformat', '-C', ...geometry, '-c', '4', '-N', fat.serial, '-v', fat.label, '::');
  const folders = new Set(Object.keys(fat.files).flatMap(parents));
  if (folders.size > 0) await mtools('mmd', ...[...folders].map((folder) => `::${folder}`));
  clearPartitionTable(image);
  for (const [path, file] of Object.entries(fat.files)) await mtools('mcopy', file, `::${path}`);
}

/**
 * mformat writes a partition table into the boot sector, which readers of partitions would take for a disk's.
 * @param offset of the file system in the image, in bytes
 */
export function clearPartitionTable(image: string, offset = 0): void {
  const fd = openSync(image, 'r+');
  try {
    writeSync(fd, Buffer.alloc(64), 0, 64, offset + 0x1be);
  } finally {
    closeSync(fd);
  }
}

/** `/EFI/BOOT/X` → `/EFI`, `/EFI/BOOT`. */
export function parents(path: string): string[] {
  const parent = posix.dirname(path);
  return parent === '/' ? [] : [...parents(parent), parent];
}
