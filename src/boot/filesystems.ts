import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { FailedError } from '../base/errors.ts';
import type { DiskFilesystem } from '../base/machine.ts';
import type { DiskFolder } from './disks.ts';

/** Formats a disk, whole, and puts files on it. Neither mounts nor needs rights. */
export async function makeFilesystem(
  file: string,
  filesystem: DiskFilesystem,
  folder: Pick<DiskFolder, 'tools' | 'make'>,
): Promise<void> {
  const { type, full } = filesystem;
  if (type === 'vfat') {
    if (full)
      throw new FailedError('no-such-disk', 'a vfat disk cannot be made full', { hint: 'ext4 ones can' });
    await makeVfat(file, filesystem, folder);
    return;
  }
  await makeExt4(file, filesystem, folder);
  if (full) await fillExt4(file, folder);
}

async function makeExt4(
  file: string,
  { label, files }: DiskFilesystem,
  { tools, make }: Pick<DiskFolder, 'tools' | 'make'>,
): Promise<void> {
  const named = label === undefined ? [] : ['-L', label];
  const filled = files === undefined ? [] : ['-d', files];
  // No blocks are reserved for root: what is full is full for everybody.
  const options = ['-q', '-F', '-t', 'ext4', '-m', '0', '-E', 'root_owner=0:0', ...named, ...filled];
  await make(tools.program('mke2fs', ...options, file), { env: ext4Env });
}

/** The settings built into the program, not those of this machine. */
const ext4Env = { MKE2FS_CONFIG: '/nonexistent' };

/** Files of so many blocks have all their extents in the inode and take no block besides. */
const fewBlocks = 4;

/** Allocates every free block of an ext4 file system, by files in its top folder. Nothing is written into them. */
async function fillExt4(file: string, { tools, make }: Pick<DiskFolder, 'tools' | 'make'>): Promise<void> {
  for (let round = 0; ; round += 1) {
    const free = await freeBlocks(file, { tools, make });
    if (free === 0) return;
    if (round > 20) throw new Error(`${file} does not get full: ${free} blocks are left`);
    // A file of many extents needs blocks for their tree as well.
    const sizes =
      free <= 16
        ? Array.from({ length: Math.ceil(free / fewBlocks) }, (_, i) =>
            Math.min(fewBlocks, free - i * fewBlocks),
          )
        : [free - Math.ceil(free / 500) - fewBlocks];
    const requests = sizes.flatMap((size, i) => [
      `write /dev/null filler-${round}-${i}`,
      `fallocate filler-${round}-${i} 0 ${size - 1}`,
    ]);
    for (const request of requests)
      await make(tools.program('debugfs', '-w', '-R', request, file), { env: ext4Env });
  }
}

async function freeBlocks(
  file: string,
  { tools, make }: Pick<DiskFolder, 'tools' | 'make'>,
): Promise<number> {
  const said = await make(tools.program('dumpe2fs', '-h', file), { env: ext4Env, asks: true });
  const count = /^Free blocks:\s+(\d+)$/m.exec(said)?.[1];
  if (count === undefined) throw new Error(`dumpe2fs tells no free blocks of ${file}`);
  return Number(count);
}

async function makeVfat(
  file: string,
  { label, files }: DiskFilesystem,
  { tools, make }: Pick<DiskFolder, 'tools' | 'make'>,
): Promise<void> {
  const named = label === undefined ? [] : ['-n', label];
  await make(tools.program('mkfs.fat', ...named, file));
  const names = files === undefined ? [] : readdirSync(files).sort();
  if (files === undefined || names.length === 0) return;
  const sources = names.map((name) => join(files, name));
  await make(tools.program('mtools', '-c', 'mcopy', '-i', file, '-s', '-m', ...sources, '::'), {
    env: { MTOOLSRC: '/dev/null' },
  });
}
