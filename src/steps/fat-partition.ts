import { mkdirSync, symlinkSync } from 'node:fs';
import { basename, dirname, join, posix } from 'node:path';
import type { StepContext } from '../plan/types.ts';
import { clearPartitionTable, parents } from './fat-image.ts';

/** A FAT file system that fills a partition of a disk image. */
export interface FatPartition {
  /** Place in the image, in bytes: whole sectors of 512. */
  readonly offset: number;
  readonly bytes: number;
  /** Bytes of a cluster. */
  readonly cluster: number;
  readonly fat32: boolean;
  /** Volume serial number, 8 hex digits. */
  readonly serial: string;
  /** At most 11 of A–Z, 0–9, `_` and `-`. */
  readonly label: string;
  /** Paths in the file system, and the files on disk that go there; they lie there in this order, folder by folder. */
  readonly files: Readonly<Record<string, string>>;
}

const sector = 512;
/** Where mformat puts the copy of the boot sector, with FAT32. */
const backupBoot = 6;

/** Formats a partition of an image that is there already, and copies files into it. Times are the context's epoch. */
export async function writeFatPartition(
  context: StepContext,
  image: string,
  fat: FatPartition,
): Promise<void> {
  const mtools = (command: string, ...args: string[]) =>
    context.run(context.tool('usr/bin/mtools', '-c', command, '-i', `${image}@@${fat.offset}`, ...args), {
      env: { MTOOLSRC: '/dev/null', MTOOLS_SKIP_CHECK: '1', SOURCE_DATE_EPOCH: String(context.epoch) },
    });
  const geometry = { T: fat.bytes / sector, h: 64, s: 32, H: fat.offset / sector, c: fat.cluster / sector };
  const sizes = Object.entries(geometry).flatMap(([flag, value]) => [`-${flag}`, String(value)]);
  await mtools('mformat', ...sizes, ...(fat.fat32 ? ['-F'] : []), '-N', fat.serial, '-v', fat.label, '::');
  clearPartitionTable(image, fat.offset);
  if (fat.fat32) clearPartitionTable(image, fat.offset + backupBoot * sector);
  const folders = new Set(Object.keys(fat.files).flatMap(parents));
  if (folders.size > 0) await mtools('mmd', ...[...folders].map((folder) => `::${folder}`));
  for (const [folder, files] of byFolder(context, fat)) await mtools('mcopy', ...files, `::${folder}`);
}

/** The files of each folder, under their names there: mcopy takes many at once, but gives them no other names. */
function byFolder(context: StepContext, { offset, files }: FatPartition): Map<string, string[]> {
  const folders = new Map<string, string[]>();
  for (const [path, file] of Object.entries(files)) {
    const folder = posix.dirname(path);
    const named =
      basename(file) === posix.basename(path)
        ? file
        : linkTo(join(context.scratch, 'named', String(offset), path), file);
    folders.set(folder, [...(folders.get(folder) ?? []), named]);
  }
  return folders;
}

function linkTo(link: string, file: string): string {
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(file, link);
  return link;
}
