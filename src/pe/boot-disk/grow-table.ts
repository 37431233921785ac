import { readAt, writeAt } from '../host/files.ts';
import { busybox, execute } from '../host/run.ts';
import { exists, sleep } from '../host.ts';
import { type Growth, headBytes, planGrowth } from '../lib/boot-disk/grow-table.ts';
import { type PartitionPlace, placeOf, sizeOf } from './partitions.ts';

/** Milliseconds that the kernel may take to show a partition as its table says. */
const patience = 3000;

/** What growing would do, for a partition that is there. */
export function plannedGrowth(place: PartitionPlace): Growth {
  const head = readAt(place.disk, 0, headBytes(place.sector));
  return head === undefined ? { kind: 'none' } : planGrowth(head, place, place.number);
}

/**
 * Writes the table as it was planned, each piece on the disk before the next, and has the kernel read it. Nothing of the disk may be in
 * use. False: the kernel shows the partition as it was until the next boot.
 */
export async function writeGrowth(device: string, growth: Growth & { kind: 'grow' }): Promise<boolean> {
  const place = placeOf(device);
  if (place === undefined) return false;
  for (const { at, bytes } of growth.pieces) writeAt(place.disk, at, bytes);
  for (let waited = 0; waited < patience; waited += 100) {
    await execute([busybox, 'blockdev', '--rereadpt', place.disk]);
    if (exists(device) && sizeOf(device) === growth.bytes) return true;
    await sleep(100);
  }
  return false;
}
