import type { CarriedFile } from '../../base/carried.ts';
import { now, sleep } from '../host.ts';
import { findMedium, listOnVolume, makeCarried } from '../systems/carried.ts';
import { discsPending, disksPending } from './block-devices.ts';
import { log } from './log.ts';
import type { Storage } from './storage.ts';

/** Milliseconds that the boot waits at least, and at most, for the medium that it came from: drives take their time. */
const leastPatience = 4000;
const patience = 20_000;
const tick = 100;

/** What came of the systems that travel with this image. */
export interface Carrying {
  /** What is wrong, for people. */
  readonly problems: readonly string[];
}

/**
 * Finds the systems and templates that travel with this image, on the data volume or on the medium, and makes the systems that were
 * never made. Without a data volume they are made in memory. To be called when the data volumes are settled and the drivers loaded.
 * @param id of the list that belongs to this image
 * @param loadDrivers of what has come since
 * @param again an earlier supervisor of this boot has done it: nothing is waited for
 */
export async function carryOn(
  id: string,
  storage: Storage,
  loadDrivers: () => Promise<unknown>,
  again: boolean,
): Promise<Carrying> {
  try {
    const onVolume = storage
      .places()
      .dirs.map(listOnVolume)
      .find((found) => found !== undefined);
    const list = onVolume?.id === id ? onVolume : ((await waitForMedium(id, loadDrivers, again)) ?? onVolume);
    if (list === undefined)
      return {
        problems: [
          'the systems and templates that belong to this image are neither on the data volume nor on a medium: put the medium in and start anew',
        ],
      };
    if (storage.places().dirs.length === 0) await storage.useMemory();
    const [home] = storage.places().dirs;
    return { problems: home === undefined ? [] : await makeCarried(home, list, log) };
  } catch (error) {
    return { problems: [error instanceof Error ? error.message : String(error)] };
  }
}

async function waitForMedium(
  id: string,
  loadDrivers: () => Promise<unknown>,
  again: boolean,
): Promise<CarriedFile | undefined> {
  const begun = now();
  for (;;) {
    const found = await findMedium(id);
    const waited = now() - begun;
    if (found !== undefined || again || waited > patience) return found;
    if (waited > leastPatience && !discsPending() && !(await disksPending(waited))) return undefined;
    await loadDrivers();
    await sleep(tick);
  }
}
