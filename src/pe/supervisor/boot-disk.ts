import { formatBytes } from '../../base/sizes.ts';
import type { Slot, SlotState } from '../lib/boot-disk/slots.ts';
import type { BootDiskStatus } from '../lib/service-state.ts';
import type { Candidate } from '../lib/systems/data-volumes.ts';
import type { Volume } from '../lib/systems/places.ts';
import { log } from './log.ts';

/** The disk that this PE was started from: its data partition grows with it, and its slot on trial is kept when all is up. */
export interface BootDisk {
  /** To be awaited before a data volume is mounted. Resolves to what is wrong. */
  readonly beforeMount: (candidate: Candidate) => Promise<readonly string[]>;
  /** To be called once, after READY. `good`: all that this boot was to start is up. */
  readonly ready: (good: boolean) => void;
  /** To be called now and then: the disk may come late. */
  readonly look: () => void;
  /** `undefined`: this PE was not started from a disk. */
  readonly status: () => BootDiskStatus | undefined;
}

const none: BootDisk = {
  beforeMount: () => Promise.resolve([]),
  ready: () => undefined,
  look: () => undefined,
  status: () => undefined,
};

/** How often a disk that is not there yet is looked for. */
const mostLooks = 20;

const work = (): Promise<typeof import('../boot-disk/work.ts')> => import('../boot-disk/work.ts');
const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export interface BootDiskFacts {
  /** `undefined`: this PE was started from something else. */
  readonly slot: Slot | undefined;
  /** An earlier supervisor of this boot has ended, which is no sign of a good slot. */
  readonly again: boolean;
  readonly volumes: () => readonly Volume[];
  readonly changed: () => void;
}

export function createBootDisk({ slot, again, volumes, changed }: BootDiskFacts): BootDisk {
  if (slot === undefined) return none;
  let dataDisk: string | undefined;
  let note: string | undefined;
  let slots: SlotState | undefined;
  let keep = false;
  let looks = 0;
  let up = false;
  let busy = false;
  let filesDone = false;

  const explain = (why: string): void => {
    note = why;
    log(`boot disk: ${why}`);
  };

  async function grow({ device, writeProtected }: Candidate): Promise<readonly string[]> {
    const { liesOn, placeOf, plannedGrowth, writeGrowth } = await work();
    const [under = device] = liesOn(device);
    const place = placeOf(under);
    if (place === undefined) return [];
    const { disk } = place;
    dataDisk = disk;
    const growth = plannedGrowth(place);
    if (growth.kind === 'none') return [];
    const stays = 'so its data partition does not grow';
    if (growth.kind === 'left') {
      if (growth.damaged) return [`${disk}: ${growth.why}, ${stays}`];
      explain(`${disk}: ${growth.why}, ${stays}`);
    } else if (under !== device || writeProtected) {
      explain(`${disk}: it is ${writeProtected ? 'write-protected' : 'encrypted'}, ${stays}`);
    } else if (await writeGrowth(device, growth)) {
      log(`boot disk ${disk}: the data partition has ${formatBytes(growth.bytes)} now`);
    } else explain(`${disk}: it is in use, so its data partition grows with the next boot`);
    return [];
  }

  async function lookAtSlot(running: Slot): Promise<void> {
    if (slots !== undefined || looks >= mostLooks) return;
    looks += 1;
    const { readSlots } = await work();
    try {
      slots = readSlots(running, dataDisk, keep);
    } catch (error) {
      slots = readSlots(running, dataDisk, false);
      explain(`slot ${running} stays on trial: ${reason(error)}`);
    }
    if (slots?.is === 'kept') log(`boot disk: slot ${running} was on trial and is kept`);
    if (slots !== undefined) changed();
  }

  async function lookAtFiles(): Promise<void> {
    const disk = dataDisk;
    if (filesDone || disk === undefined) return;
    const { growFiles, isBootDisk, placeOf } = await work();
    const volume = volumes().find(({ device }) => placeOf(device)?.disk === disk);
    if (volume === undefined) return;
    filesDone = true;
    if (volume.readOnly !== undefined || !isBootDisk(disk)) return;
    const said = await growFiles(volume);
    if (said === undefined) return;
    if ('log' in said) log(said.log);
    else explain(`${disk}: ${said.note}`);
    changed();
  }

  function look(running: Slot): void {
    if (!up || busy) return;
    busy = true;
    void lookAtSlot(running)
      .then(lookAtFiles)
      .catch((error: unknown) => {
        explain(reason(error));
      })
      .then(() => {
        busy = false;
      });
  }

  return {
    beforeMount: (candidate) =>
      // It is mounted all the same.
      grow(candidate).catch((error: unknown) => [`${candidate.device} does not grow: ${reason(error)}`]),
    ready(good) {
      up = true;
      keep = good && !again;
      look(slot);
    },
    look() {
      look(slot);
    },
    status: () => ({ slot: slots, note }),
  };
}
