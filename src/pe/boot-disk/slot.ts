import { grubEnvFirst, grubEnvSize } from '../../base/grub-env.ts';
import { readAt, writeAt } from '../host/files.ts';
import { findFatFile } from '../lib/boot-disk/fat-file.ts';
import { keptSlot, type Slot, type SlotState, slotState } from '../lib/boot-disk/slots.ts';
import { bootLoaderPartitions } from './partitions.ts';

/** The variables of the boot loader: one sector of a partition. */
interface Environment {
  readonly device: string;
  readonly at: number;
  readonly first: Uint8Array;
}

const path = ['BOOT', 'GRUB', 'GRUBENV'];

function environmentOn(device: string): Environment | undefined {
  const read = (at: number, length: number): Uint8Array => readAt(device, at, length) ?? new Uint8Array(0);
  const found = findFatFile(read, path);
  if (found?.size !== grubEnvSize) return undefined;
  return { device, at: found.at, first: read(found.at, grubEnvFirst) };
}

/**
 * What the boot disk says of the slot that this boot was started from; with `keep` that slot becomes the good one if it is on trial.
 * `disk`: where it probably lies; else it must be the only one. `undefined`: there is no boot disk (yet). Throws
 * `FailedError` where it cannot be written to.
 */
export function readSlots(running: Slot, disk: string | undefined, keep: boolean): SlotState | undefined {
  const [device, ...more] = bootLoaderPartitions(disk);
  if (device === undefined) return undefined;
  const environment = more.length === 0 ? environmentOn(device) : undefined;
  const state = slotState(environment?.first, running);
  const kept = environment === undefined || !keep ? undefined : keptSlot(environment.first, running);
  if (environment === undefined || kept === undefined) return state;
  writeAt(environment.device, environment.at, kept);
  return { ...state, is: 'kept' };
}
