import { bootPartitions } from '../base/boot-disk.ts';
import { partitionTypes } from '../base/gpt.ts';
import { sha256 } from '../base/json.ts';
import type { GptPartition } from '../formats/gpt.ts';
import type { Extent } from '../formats/piece.ts';
import type { DiskLayout } from './disk-layout.ts';

/** A UUID that follows from the inputs, marked as a custom one (RFC 9562, version 8). */
export function derivedUuid(...of: readonly string[]): string {
  const hex = sha256(of.join('\n'));
  const groups = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(12, 15)}`,
    `8${hex.slice(15, 18)}`,
    hex.slice(18, 30),
  ];
  return groups.join('-');
}

/** The partition table of a disk. The PE knows the partitions by their names. */
export function diskPartitions(layout: DiskLayout, seed: string): GptPartition[] {
  const { bios, esp, slotA, slotB, data } = layout;
  const parts: readonly [string, string, Extent][] = [
    [bootPartitions.bios, partitionTypes.biosBoot, bios],
    [bootPartitions.esp, partitionTypes.efiSystem, esp],
    [bootPartitions.a, partitionTypes.linuxData, slotA],
    [bootPartitions.b, partitionTypes.linuxData, slotB],
    [bootPartitions.data, partitionTypes.linuxData, data],
  ];
  return parts.map(([name, type, { from, to }]) => ({
    ...{ name, type },
    guid: derivedUuid(seed, name),
    firstSector: from / 512,
    sectors: (to - from) / 512,
  }));
}
