import { parseJson } from '../../base/parse-json.ts';
import type { PeConfig } from '../../base/pe-config.ts';
import { makeFolders } from '../host/files.ts';
import { isMountPoint } from '../host/mount-table.ts';
import { mount } from '../host/tree.ts';
import { after, now, readText, replaceFile } from '../host.ts';
import type { BootChoice } from '../lib/command-line.ts';
import {
  type Candidate,
  choose,
  type DataWish,
  parseWish,
  usualWish,
  wishText,
} from '../lib/systems/data-volumes.ts';
import {
  type Places,
  placesPath,
  type SystemsDir,
  type Volume,
  volumesFolder,
} from '../lib/systems/places.ts';
import { recover } from '../systems/journal.ts';
import { blockDevices, bootDiskPending, canHaveDisks, disksPending, superblockOf } from './block-devices.ts';
import { log } from './log.ts';
import { mountVolume, offerDirs } from './mount-volume.ts';

/** Milliseconds that the boot waits at most for a disk that is coming up, and for one that was asked for by name. */
const patience = 10_000;

export interface Volumes {
  /** Looks at disks that have come. To be called again and again. */
  readonly scan: () => void;
  /** Looks again at all that is not in use: something was made or opened on it. */
  readonly rescan: (done: () => void) => void;
  /** To be told when the drivers of all that is there are loaded: before that, anything may come. */
  readonly driversLoaded: () => void;
  /** Whether the boot has nothing to wait for any more. */
  readonly settled: () => boolean;
  readonly places: () => Places;
  /** Keeps systems in memory where there is no volume. To be called when all is settled. */
  readonly useMemory: () => Promise<void>;
}

export interface VolumeEvents {
  /** The home directory is there and can be written to or not; awaited before others learn of it. */
  readonly home: (dir: SystemsDir) => Promise<readonly string[]>;
  /** A volume is about to be mounted, and nothing of its disk is in use by us; awaited. Resolves to what is wrong. */
  readonly beforeMount: (candidate: Candidate) => Promise<readonly string[]>;
  /** Places or problems have changed. */
  readonly changed: () => void;
}

/** Finds, mounts and publishes the data volumes, as the kernel command line or the image wants them. */
export function createVolumes(
  choice: BootChoice,
  config: PeConfig,
  again: boolean,
  events: VolumeEvents,
): Volumes {
  const asked = choice.data !== undefined;
  const wishes: readonly DataWish[] = choice.data?.split(',').flatMap((text) => parseWish(text) ?? []) ?? [
    usualWish,
  ];
  const dirs = (choice.dir ?? config.systemsDir).split(',');
  const inMemory = wishes.some(({ kind }) => kind === 'none');

  const volumes: Volume[] = [];
  const found: SystemsDir[] = [];
  const mountProblems: string[] = [];
  const probed = new Map<string, Candidate | undefined>();
  const served = new Set<DataWish>();
  let refused = new Map<DataWish, string>();
  let busy = false;
  let first = true;
  let deadline = 0;
  let loaded = 0;
  let published = '';
  let asking = false;
  let answered = -Infinity;
  let coming = true;

  const waiting = (): DataWish[] => wishes.filter((wish) => wish.kind !== 'none' && !served.has(wish));

  function places(): Places {
    const gaveUp = deadline !== 0 && now() > deadline;
    const missing = asked && gaveUp ? waiting().filter((wish) => !refused.has(wish)) : [];
    const problems = [
      ...mountProblems,
      ...refused.values(),
      ...missing.map((wish) => `diskbios.data=${wishText(wish)}: no disk is or carries that`),
    ];
    return { volumes, dirs: found, problems };
  }

  function publish(): void {
    const text = `${JSON.stringify(places())}\n`;
    if (text === published) return;
    published = text;
    replaceFile(placesPath, text);
    events.changed();
  }

  async function use(candidate: Candidate, isHome: boolean): Promise<void> {
    const index = volumes.length;
    mountProblems.push(...(await events.beforeMount(candidate)));
    const result = await mountVolume(candidate, `${volumesFolder}/${index}`);
    mountProblems.push(...result.problems);
    if (result.volume === undefined) return;
    volumes.push(result.volume);
    log(`data volume: ${candidate.device} (${candidate.superblock.type}) is mounted`);
    const offered = await offerDirs(result.volume, index, dirs, {
      make: isHome,
      taken: found.map(({ path }) => path),
    });
    mountProblems.push(...offered.problems);
    for (const dir of offered.dirs) await take(dir);
  }

  async function take(dir: SystemsDir): Promise<void> {
    for (const told of await recover(dir, { atBoot: true })) log(`${dir.path}: ${told}`);
    if (found.length === 0) mountProblems.push(...(await events.home(dir)));
    found.push(dir);
  }

  async function memory(): Promise<void> {
    const path = dirs[0] ?? '/hd';
    makeFolders(path);
    if (!isMountPoint(path)) await mount({ what: 'tmpfs', at: path, type: 'tmpfs', options: ['mode=0755'] });
    await take({ path, volume: undefined, readOnly: false });
  }

  /** What an earlier supervisor of this boot has mounted stays as it is. */
  async function takeOver(): Promise<void> {
    const before = mountedBefore();
    if (before === undefined) {
      await (inMemory ? memory() : look());
      return;
    }
    volumes.push(...before.volumes);
    found.push(...before.dirs);
    mountProblems.push(...before.problems);
    for (const wish of wishes) served.add(wish);
    const [dir] = found;
    if (dir !== undefined) await events.home(dir);
  }

  /** Probes what is new. Two of one label must both have been seen before one is chosen, so all answers are awaited. */
  async function look(): Promise<void> {
    const present = blockDevices();
    for (const name of probed.keys()) if (!present.some((one) => one.name === name)) probed.delete(name);
    const fresh = present.filter(({ name }) => !probed.has(name));
    await Promise.all(
      fresh.map(async ({ name, writeProtected }) => {
        const device = `/dev/${name}`;
        const superblock = await superblockOf(device);
        probed.set(name, superblock === undefined ? undefined : { device, superblock, writeProtected });
      }),
    );
    const candidates = [...probed.values()]
      .filter((one) => one !== undefined)
      .sort((a, b) => (a.device < b.device ? -1 : 1));
    const problems = new Map<DataWish, string>();
    for (const wish of waiting()) {
      const chosen = choose(wish, candidates);
      if (chosen.kind === 'refused') problems.set(wish, chosen.problem);
      // Home comes first: the others wait for it.
      else if (chosen.kind === 'found' && (wish === wishes[0] || served.has(wishes[0] ?? wish))) {
        served.add(wish);
        await use(chosen.candidate, wish === wishes[0]);
      }
    }
    refused = problems;
  }

  function scan(done?: () => void): void {
    if (busy) return;
    if (!first && (waiting().length === 0 || !anyNew())) {
      done?.();
      return;
    }
    busy = true;
    const work = first && again ? takeOver() : first && inMemory ? memory() : look();
    first = false;
    void work
      .catch((error: unknown) => {
        mountProblems.push(`data volume: ${error instanceof Error ? error.message : String(error)}`);
      })
      .then(() => {
        busy = false;
        if (settled()) publish();
        events.changed();
        done?.();
      });
  }

  function rescan(done: () => void): void {
    if (busy) {
      after(50, () => {
        rescan(done);
      });
      return;
    }
    probed.clear();
    scan(done);
  }

  const anyNew = (): boolean => blockDevices().some(({ name }) => !probed.has(name));

  function settled(): boolean {
    if (first || busy || (deadline === 0 && waiting().length > 0)) return false;
    const done =
      now() > deadline ||
      waiting().every((wish) => refused.has(wish)) ||
      (asked ? !canHaveDisks() : !pending());
    if (done) publish();
    return done;
  }

  /** Asked for in the background; until the answer is there, yes. */
  function pending(): boolean {
    if (!asking && now() - answered > 100) {
      asking = true;
      void disksPending(now() - loaded).then((answer) => {
        asking = false;
        answered = now();
        coming = answer || (choice.slot !== undefined && bootDiskPending());
        events.changed();
      });
    }
    return coming;
  }

  return {
    scan,
    rescan,
    driversLoaded() {
      loaded = now();
      deadline = now() + patience;
    },
    settled,
    places,
    async useMemory() {
      if (found.length > 0 || busy) return;
      busy = true;
      try {
        await memory();
      } finally {
        busy = false;
      }
      publish();
    },
  };
}

/** What an earlier supervisor of this boot has mounted already; `undefined` at boot. */
function mountedBefore(): Places | undefined {
  const before = parseJson(readText(placesPath)) as Places | undefined;
  const whole = before?.volumes.every(({ folder }) => isMountPoint(folder)) === true;
  return whole && before.dirs.length > 0 ? before : undefined;
}
