/** Sizes of the parts of a boot disk (usb, qcow2 and the other disk media), in bytes; see `src/media/disk-layout.ts`. */
const mib = 1024 ** 2;

/** Holds GRUB for BIOS. */
export const biosBytes = mib;

/** Enough clusters of 512 bytes for FAT32, which strict firmware wants of a disk. */
export const espBytes = 40 * mib;

/** The smallest slot that is made unasked, and the smallest that can be asked for. */
export const usualLeastSlot = 64 * mib;
export const leastSlot = 16 * mib;

/** FAT has no larger ones with clusters of 32 KiB and 16 bits. */
export const mostSlot = 2047 * mib;

/** The smallest ext4 that leaves room for its journal and for anything else. */
export const leastData = 16 * mib;
export const usualData = 64 * mib;

/** The least that a disk with such slots and such a data file system takes: both partition tables are in a MiB of their own. */
export function leastDisk(slot: number, data: number): number {
  return mib + biosBytes + espBytes + 2 * slot + data + mib;
}
