import { exists, list, now, readText, run, writeText } from '../host.ts';
import { isNetworkDevice, shares, toProbe } from '../lib/modaliases.ts';
import { log } from './log.ts';

/** Named by no device, but wanted: the keys of buttons and keyboards as events. */
const always = 'evdev';
const rounds = 4;
const asyncProbe = '/sys/module/module/parameters/async_probe';

export interface Drivers {
  /** Loads the drivers of network cards that are there now. False: there is no card that is known as one. */
  readonly network: () => Promise<boolean>;
  /** Loads the drivers of everything else that is there now. Slow devices such as disks go on answering afterwards. */
  readonly others: () => Promise<void>;
  /** Begins to load the drivers of disks that have come since: a stick shows itself a second after its controller. To be called again and again. */
  readonly lateDisks: () => void;
  /** Whether a network card has got its driver but shows no interface yet. */
  readonly cardPending: () => boolean;
  /** A device has come: loads its driver together with those of its neighbours. */
  readonly plugged: (modalias: string) => void;
}

interface Device {
  readonly path: string;
  readonly modalias: string;
}

/** What disks come on that are found in steps, and the milliseconds between two looks. */
const lateBuses = ['usb', 'scsi', 'mmc'];
const lateTick = 200;

/** Devices that say their name only when they come (drivers/mmc/core/bus.c): cards, and disks soldered to the board. */
const unfiled: Readonly<Record<string, string>> = { mmc: 'mmc:block' };

function devices(buses = list('/sys/bus')): Device[] {
  const found: Device[] = [];
  for (const bus of buses) {
    const folder = `/sys/bus/${bus}/devices`;
    for (const name of list(folder)) {
      const path = `${folder}/${name}`;
      const modalias = readText(`${path}/modalias`) ?? unfiled[bus];
      if (modalias !== undefined) found.push({ path, modalias: modalias.trim() });
    }
  }
  return found;
}

/** How many processors there are: `0-3` is four. */
function processors(): number {
  const last = /(\d+)\s*$/.exec(readText('/sys/devices/system/cpu/online') ?? '')?.[1];
  return last === undefined ? 1 : Number(last) + 1;
}

/** A kernel that has all its drivers inside has no list of modules, and nothing is to be loaded. */
const takesModules = (): boolean => exists('/proc/modules');

/** busybox' modprobe, whether kmod is there or not: it is one static program, and at boot that counts. */
async function load(names: readonly string[]): Promise<void> {
  if (!takesModules()) return;
  const { bytes } = await run(['/usr/bin/busybox', 'modprobe', '-abq', ...names]);
  if (bytes.length > 0) log(`drivers: ${String.fromCharCode(...bytes).trim()}`);
}

export function createDrivers(): Drivers {
  const asked = new Set<string>();
  let cards: string[] = [];
  let plugged: string[] = [];
  let busy = false;
  let lookedAt = -Infinity;

  async function work(): Promise<void> {
    busy = true;
    while (plugged.length > 0) {
      const names = [...new Set(plugged)];
      plugged = [];
      await load(names);
    }
    busy = false;
  }

  /** A bus driver may bring up further devices (virtio's the very network card): looks again until nothing is new. */
  async function loadAll(
    wanted: (modalias: string) => boolean,
    besides: readonly string[],
  ): Promise<Device[]> {
    for (let round = 0; ; round += 1) {
      const found = devices().filter(({ modalias }) => wanted(modalias));
      const names = toProbe([...found.map(({ modalias }) => modalias), ...besides], asked);
      if (names.length === 0 || round === rounds || !takesModules()) return found;
      for (const name of names) asked.add(name);
      await Promise.all(shares(names, processors()).map(load));
    }
  }

  return {
    async network() {
      cards = (await loadAll(isNetworkDevice, [])).map(({ path }) => path);
      return cards.length > 0;
    },
    async others() {
      writeText(asyncProbe, '1');
      await loadAll(() => true, [always]);
      writeText(asyncProbe, '0');
    },
    lateDisks() {
      if (now() - lookedAt < lateTick) return;
      lookedAt = now();
      const names = toProbe(
        devices(lateBuses).map(({ modalias }) => modalias),
        asked,
      );
      for (const name of names) asked.add(name);
      plugged.push(...names);
      if (names.length > 0 && !busy) void work();
    },
    cardPending: () =>
      cards.some(
        (path) =>
          exists(`${path}/driver`) &&
          !exists(`${path}/net`) &&
          !list(path).some((name) => /^virtio\d+$/.test(name)),
      ),
    plugged(modalias) {
      plugged.push(modalias);
      if (!busy) void work();
    },
  };
}
