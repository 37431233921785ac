import { biosBytes, espBytes, leastDisk, usualLeastSlot } from '../base/disk-sizes.ts';
import { FailedError } from '../base/errors.ts';
import type { Extent } from '../formats/piece.ts';

const mib = 1024 ** 2;

/** What the size of a disk follows from, in bytes. */
export interface DiskWishes {
  /** `undefined`: as large as its parts. */
  readonly size: number | undefined;
  /** `undefined`: half as large again as what goes into it. */
  readonly slotSize: number | undefined;
  /** Of the data file system; its partition may be larger. */
  readonly dataSize: number;
}

/** The partitions of a disk in their order, as bytes of the disk; each starts and ends at a whole MiB. */
export interface DiskLayout {
  readonly bytes: number;
  readonly bios: Extent;
  readonly esp: Extent;
  readonly slotA: Extent;
  readonly slotB: Extent;
  /** Up to the end of the disk but for the copy of the partition table. */
  readonly data: Extent;
}

/** Numbers of the slots' partitions, as GRUB counts them. */
export const slotPartitions = { a: 3, b: 4 } as const;

export const espCluster = 512;

const slotStep = 16 * mib;

/** A slot for so many bytes of files, with room for those of a later version. */
export function usualSlot(content: number): number {
  return Math.max(usualLeastSlot, roundUp(content * 1.5, slotStep));
}

/** Bytes of a cluster of a slot: large ones are read faster by GRUB, and FAT16 has at most 65524 of them. */
export function slotCluster(slot: number): number {
  let cluster = 2048;
  while (cluster < 32768 && slot / cluster > 16384) cluster *= 2;
  return cluster;
}

/** What files of these sizes and their folders take in a slot, at most. */
export function slotNeeds(sizes: readonly number[], folders: number, slot: number): number {
  const cluster = slotCluster(slot);
  const tables = 2 * 4 * Math.ceil(slot / cluster) + 64 * 1024;
  const clusters = sizes.reduce((sum, size) => sum + Math.ceil(size / cluster), 2 * folders);
  return tables + clusters * cluster;
}

/** Lays out a disk. Throws `FailedError` (`image-too-small`) where its parts are more than its size. */
export function diskLayout(slot: number, { size, dataSize }: Omit<DiskWishes, 'slotSize'>): DiskLayout {
  const least = leastDisk(slot, dataSize);
  const bytes = size === undefined ? least : Math.floor(size / mib) * mib;
  if (bytes < least) throw new FailedError('image-too-small', `the disk needs ${least} bytes, not ${bytes}`);
  let at = mib;
  const next = (length: number): Extent => {
    const extent = { from: at, to: at + length };
    at = extent.to;
    return extent;
  };
  const [bios, esp, slotA, slotB] = [next(biosBytes), next(espBytes), next(slot), next(slot)];
  return { bytes, bios, esp, slotA, slotB, data: next(bytes - mib - at) };
}

/** What files of so many bytes take of a data file system, with its tables and journal, in whole MiB. */
export function carriedRoom(content: number): number {
  return roundUp(content * 1.05 + 8 * mib, mib);
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
