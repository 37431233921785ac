import { list, readText, run, writeText } from '../host.ts';
import { toProbe } from '../lib/modaliases.ts';
import { log } from './log.ts';

/** Named by no device, but wanted: the keys of buttons and keyboards as events. */
const always = ['evdev'];
const asyncProbe = '/sys/module/module/parameters/async_probe';

export interface Drivers {
  /** Loads drivers of network cards that are there now. */
  readonly network: () => Promise<void>;
  /** Loads drivers of everything else that is there now. Slow devices such as disks go on answering afterwards. */
  readonly others: () => Promise<void>;
  /** A device has come: loads its driver together with those of its neighbours. */
  readonly plugged: (modalias: string) => void;
}

function modaliases(): string[] {
  const found: string[] = [];
  for (const bus of list('/sys/bus')) {
    const devices = `/sys/bus/${bus}/devices`;
    for (const device of list(devices)) found.push((readText(`${devices}/${device}/modalias`) ?? '').trim());
  }
  return found;
}

/** busybox' modprobe, whether kmod is there or not: it is one static program, and at boot that counts. */
async function load(names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const { bytes } = await run(['/usr/bin/busybox', 'modprobe', '-abq', ...names]);
  if (bytes.length > 0) log(`drivers: ${String.fromCharCode(...bytes).trim()}`);
}

export function createDrivers(): Drivers {
  const asked = new Set<string>();
  const fresh = (): ReturnType<typeof toProbe> => toProbe(modaliases(), asked);
  const ask = (names: readonly string[]): Promise<void> => {
    for (const name of names) asked.add(name);
    return load(names);
  };
  let plugged: string[] = [];
  let busy = false;

  async function work(): Promise<void> {
    busy = true;
    while (plugged.length > 0) {
      const names = [...new Set(plugged)];
      plugged = [];
      await load(names);
    }
    busy = false;
  }

  return {
    async network() {
      // A bus driver (virtio's for one) may bring up the very card: look again as long as that is so.
      for (let round = 0; round < 4; round += 1) {
        const { network } = fresh();
        if (network.length === 0) return;
        await ask(network);
      }
    },
    async others() {
      const { network, others } = fresh();
      writeText(asyncProbe, '1');
      await ask([...network, ...others, ...always.filter((name) => !asked.has(name))]);
      writeText(asyncProbe, '0');
    },
    plugged(modalias) {
      plugged.push(modalias);
      if (!busy) void work();
    },
  };
}
