import { bootPartitions } from '../base/boot-disk.ts';
import { parseGrubEnv } from '../base/grub-env.ts';
import { type FatEntry, isFat, readFat } from '../formats/fat.ts';
import type { IsoVolume } from '../formats/iso9660.ts';
import type { Partition } from '../formats/partitions.ts';
import type { Extent } from '../formats/piece.ts';
import type { ReadAt } from '../formats/read-at.ts';

/** A file, folder or link of an image. */
export interface ImageEntry {
  /** Path in the image without a leading slash. */
  readonly path: string;
  readonly type: 'file' | 'dir' | 'symlink' | 'other';
  readonly size: number;
  readonly target?: string | undefined;
  /** Where its contents lie in the image, the last part perhaps longer than they are. */
  readonly extents: readonly Extent[];
}

/** What an image says of itself. */
export type ImageVolume = Pick<IsoVolume, 'label' | 'application' | 'created' | 'bootCatalogue'>;

/** What is in a disk that diskbios built. */
interface BootDisk {
  readonly slot: 'a' | 'b';
  readonly volume: ImageVolume;
  readonly entries: readonly ImageEntry[];
}

/** Reads a disk with an EFI system partition and two slots; `undefined` where it is laid out in another way. */
export function readBootDisk(read: ReadAt, partitions: readonly Partition[]): BootDisk | undefined {
  const named = (name: string): Partition | undefined => partitions.find((each) => each.name === name);
  const esp = named(bootPartitions.esp);
  if (esp === undefined) return undefined;
  const boot = entriesIn(read, esp);
  const environment = boot.entries.find(({ path }) => path === 'boot/grub/grubenv');
  const variables =
    environment === undefined
      ? undefined
      : parseGrubEnv(readParts(read, environment.extents, { offset: 0, length: environment.size }));
  const slot = variables?.['slot'] === 'b' ? 'b' : 'a';
  const partition = named(bootPartitions[slot]);
  if (partition === undefined) return undefined;
  return {
    slot,
    volume: { label: boot.label, application: '', created: undefined, bootCatalogue: undefined },
    // The menu that counts is the slot's.
    entries: [...entriesIn(read, partition).entries, ...boot.entries.filter(({ path }) => isOfTheDisk(path))],
  };
}

/** What both slots share: the boot loader and what is personal. */
const isOfTheDisk = (path: string): boolean => /^(EFI|diskbios)(\/|$)/.test(path);

function entriesIn(
  read: ReadAt,
  { offset }: Partition,
): { readonly label: string; readonly entries: readonly ImageEntry[] } {
  if (!isFat(read(offset, 512))) return { label: '', entries: [] };
  const volume = readFat((at, length) => read(offset + at, length));
  const moved = (entry: FatEntry): ImageEntry => ({
    ...entry,
    extents: entry.extents.map(({ from, to }) => ({ from: offset + from, to: offset + to })),
  });
  return { label: volume.label, entries: volume.entries.map(moved) };
}

/** Bytes of a file that lies in several parts. */
export function readParts(
  read: ReadAt,
  extents: readonly Extent[],
  { offset, length }: { readonly offset: number; readonly length: number },
): Buffer {
  const parts: Buffer[] = [];
  let skip = offset;
  let left = length;
  for (const { from, to } of extents) {
    const start = from + Math.min(skip, to - from);
    skip -= start - from;
    const count = Math.min(to - start, left);
    if (count > 0) parts.push(read(start, count));
    left -= count;
  }
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
}
