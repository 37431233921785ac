import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { formatGrubEnv, parseGrubEnv } from '../../src/base/grub-env.ts';
import { readFat } from '../../src/formats/fat.ts';
import { readPartitionTables } from '../../src/formats/partitions.ts';
import type { Extent } from '../../src/formats/piece.ts';
import type { ReadAt } from '../../src/formats/read-at.ts';

/** Reads and changes images of boot disks, as raw files. */

/** Reads a file, from `base` on. */
export function reader(image: string, base = 0): ReadAt {
  return (offset, length) => {
    const fd = openSync(image, 'r');
    const bytes = Buffer.alloc(length);
    const got = readSync(fd, bytes, 0, length, base + offset);
    closeSync(fd);
    return bytes.subarray(0, got);
  };
}

export function write(image: string, at: number, bytes: Uint8Array): void {
  const fd = openSync(image, 'r+');
  writeSync(fd, bytes, 0, bytes.length, at);
  closeSync(fd);
}

/** A partition of an image by its name. */
export function partition(image: string, name: string): Extent {
  const found = readPartitionTables(reader(image)).gpt?.partitions.find((each) => each.name === name);
  if (found === undefined) throw new Error(`${image} has no partition ${name}`);
  return { from: found.offset, to: found.offset + found.bytes };
}

/** Where the variables of the boot loader lie: one place of 1024 bytes. */
function environmentAt(image: string): number {
  const { from } = partition(image, 'DISKBIOS-ESP');
  const entry = readFat(reader(image, from)).entries.find(({ path }) => path === 'boot/grub/grubenv');
  const [extent] = entry?.extents ?? [];
  if (extent === undefined) throw new Error(`${image} has no grubenv`);
  return from + extent.from;
}

/** The variables of the boot loader. */
export function environment(image: string): Readonly<Record<string, string>> | undefined {
  return parseGrubEnv(reader(image)(environmentAt(image), 1024));
}

export function setEnvironment(image: string, variables: Readonly<Record<string, string>>): void {
  write(image, environmentAt(image), formatGrubEnv(variables));
}

/** Puts the same into slot B as is in slot A, and slot B on trial. */
export function tryOtherSlot(image: string): void {
  const [a, b] = [partition(image, 'DISKBIOS-A'), partition(image, 'DISKBIOS-B')];
  write(image, b.from, reader(image)(a.from, a.to - a.from));
  setEnvironment(image, { slot: 'a', slot_trial: 'b', slot_tries: '3' });
}
