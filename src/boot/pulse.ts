import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Qmp } from './qmp.ts';
import type { SerialLine } from './serial.ts';

/** When a guest last gave a sign of life, on any channel. */
export interface Pulse {
  /** By `performance.now()`. */
  readonly last: () => number;
  /** Where it came from: `its disks`. */
  readonly where: () => string;
  /** Takes a sign of life that came on a channel not known here. */
  readonly felt: (where: string) => void;
  /** Looks at the disks and the screen of a guest that has been quiet; to be called now and then. */
  readonly feel: () => void;
}

/** Milliseconds of quiet after which disks and screen are looked at. A picture costs the guest some 10 ms. */
const disksAfter = 1000;
const screenAfter = 2500;
const screenEvery = 2500;

interface BlockStats {
  readonly stats: Readonly<Record<string, unknown>>;
}

/**
 * Feels a guest's pulse: the serial line, bytes read from and written to its disks, and its screen. Network cards are not
 * counted by QEMU; what comes through the agent is told by `felt`.
 */
export function feelPulse(qmp: Qmp, serial: SerialLine, dir: string): Pulse {
  let told = { at: performance.now(), where: 'its power switch' };
  let bytes: { count: number; at: number } | undefined;
  let pictures = new Set<string>();
  let pictureAt = 0;
  let busy = false;

  const last = (): number => Math.max(told.at, serial.lastHeard());
  const note = (where: string): void => {
    told = { at: performance.now(), where };
  };

  const feelDisks = async (): Promise<void> => {
    const count = transferred((await qmp.execute('query-blockstats')) as readonly BlockStats[]);
    // A count from before the last sign of life only tells what went with that.
    if (bytes !== undefined && bytes.at >= last() && bytes.count !== count) note('its disks');
    bytes = { count, at: performance.now() };
  };

  /** A cursor that blinks shows the same two pictures for ever: only one not seen before is news. */
  const feelScreen = async (): Promise<void> => {
    const filename = join(dir, 'pulse.ppm');
    await qmp.execute('screendump', { filename });
    const picture = createHash('sha1')
      .update(await readFile(filename))
      .digest('hex');
    if (pictureAt < last()) pictures = new Set();
    else if (!pictures.has(picture)) note('its screen');
    pictures.add(picture);
    pictureAt = performance.now();
  };

  const feelAll = async (quiet: number): Promise<void> => {
    await feelDisks();
    if (quiet > screenAfter && performance.now() - pictureAt > screenEvery) await feelScreen();
  };

  return {
    last,
    where: () => (serial.lastHeard() >= told.at ? 'its serial line' : told.where),
    felt: note,
    feel: () => {
      const quiet = performance.now() - last();
      if (busy || quiet < disksAfter) return;
      busy = true;
      // A guest that ends meanwhile has no pulse; that is noticed elsewhere.
      void feelAll(quiet)
        .catch(() => undefined)
        .finally(() => {
          busy = false;
        });
    },
  };
}

function transferred(devices: readonly BlockStats[]): number {
  return devices
    .flatMap(({ stats }) =>
      ['rd_bytes', 'wr_bytes', 'flush_operations'].map((key) => Number(stats[key] ?? 0)),
    )
    .reduce((sum, count) => sum + count, 0);
}
