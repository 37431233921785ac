import type { Superblock } from '../../../base/superblock.ts';

/** A whole disk, for a person who chooses one to keep systems on. */
export interface Disk {
  /** `/dev/vda`. */
  readonly device: string;
  /** Bytes. */
  readonly size: number;
  readonly sector: number;
  readonly model: string;
  /** Serial number, where it tells one. */
  readonly serial: string;
  readonly removable: boolean;
  readonly writeProtected: boolean;
  /** The disk itself where it has no partitions, else these. */
  readonly parts: readonly DiskPart[];
}

export interface DiskPart {
  readonly device: string;
  readonly size: number;
  readonly superblock: Superblock | undefined;
  /** Where it is mounted, or what else uses it: `swap`, `dm-0`. */
  readonly usedBy: readonly string[];
}

/** Enough for a file system and a small system. */
const leastSize = 64 * 1024 * 1024;

/** Why a disk must not be made into a data volume; `undefined` where it may. */
export function diskProblem(disk: Disk): string | undefined {
  const used = disk.parts.find(({ usedBy }) => usedBy.length > 0);
  if (used !== undefined) return `it is in use: ${used.device} by ${used.usedBy.join(', ')}`;
  if (disk.writeProtected) return 'it is write-protected';
  if (disk.size < leastSize) return 'it is smaller than 64 MiB';
  const medium = disk.parts.find(({ superblock }) => superblock?.type === 'iso9660');
  if (medium !== undefined)
    return `it is a boot medium, perhaps that of this PE: ${medium.superblock?.label ?? ''}; if it is not, wipe it first: dd if=/dev/zero of=${disk.device} bs=1M count=1`;
  return undefined;
}

/** What a part of a disk holds, in a few words. */
export function contents({ superblock, usedBy }: DiskPart): string {
  const what =
    superblock === undefined
      ? 'nothing known'
      : [superblock.type, superblock.label].filter((word) => word !== '').join(' ');
  return usedBy.length === 0 ? what : `${what}, used by ${usedBy.join(', ')}`;
}
