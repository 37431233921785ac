import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError } from '../../src/base/errors.ts';
import type { Drive } from '../../src/boot/spec.ts';
import { run } from '../../src/sys/run.ts';
import type { Cut } from './cut.ts';
import { copyImage, imageAfter } from './disk-image.ts';
import { dataDrive } from './drives.ts';
import { type Bench, type RunningPe, withBootedPe, withResumedPe } from './pe.ts';
import { survivors } from './power-loss.ts';
import type { RecordedStep, Recording } from './record.ts';
import { difference, keptFiles, listTree } from './tree.ts';
import { readWriteLog } from './write-log.ts';

/** What is wrong after a cut, in lines for a person; nothing where all is well. */
export type Verdict = readonly string[];

export interface Boots {
  /** Folder for the disks. */
  readonly dir: string;
  /** State of a PE that boots are to go on from (`saveHalfBooted`); `undefined`: from power-on. */
  readonly state: string | undefined;
}

/** Makes the disk as the cut leaves it, boots a PE with it, and looks at everything. */
export async function verify(bench: Bench, recording: Recording, cut: Cut, boots: Boots): Promise<Verdict> {
  const { dir } = boots;
  const disk = join(dir, 'cut.img');
  try {
    await imageAfter(recording.base, recording.log, survivors(recording.requests, cut.at, cut.random), disk);
    if (cut.twice) await cutAgain(bench, disk, cut, boots);
    const verdict = await boot(bench, boots, dataDrive(disk, 'data'), (pe) => look(pe, cut));
    return [...verdict, ...(await checkFileSystem(bench, disk))];
  } finally {
    rmSync(disk, { force: true });
  }
}

function boot<T>(
  bench: Bench,
  { state }: Boots,
  disk: Drive,
  work: (pe: RunningPe) => Promise<T>,
): Promise<T> {
  return state === undefined ? withBootedPe(bench, disk, work) : withResumedPe(bench, state, disk, work);
}

/** Boots with the disk, and puts it into the state that a cut at some instant before READY leaves. */
async function cutAgain(bench: Bench, disk: string, { random }: Cut, boots: Boots): Promise<void> {
  const { dir } = boots;
  const [booted, log] = [join(dir, 'booted.img'), join(dir, 'boot.log')];
  try {
    await copyImage(disk, booted);
    const requests = await boot(bench, boots, dataDrive(booted, 'data', log), () =>
      Promise.resolve(readWriteLog(log)),
    );
    const at = Math.floor(random() * (requests.length + 1));
    await imageAfter(disk, log, survivors(requests, at, random), booted);
    await copyImage(booted, disk);
  } finally {
    for (const file of [booted, log]) rmSync(file, { force: true });
  }
}

const isMounted = "grep -q ' /hd ' /proc/mounts";

async function look({ sh }: RunningPe, { step, at }: Cut): Promise<Verdict> {
  const status = await sh('systemx status || :');
  const isUsed = (await sh(`${isMounted} && echo used || :`)).trim() === 'used';
  if (!isUsed) {
    const wrong = noVolume(step, at, status);
    if (wrong.length > 0) return wrong;
    await sh(`systemx setup-disk /dev/vda --yes /dev/vda && until ${isMounted}; do sleep 0.2; done`);
  }
  const wrong = [...(isUsed ? await tree(sh, step, at) : []), ...(await remains(sh))];
  await sh('systemx status && systemx create probe && systemx destroy probe --yes probe');
  wrong.push(...(await remains(sh)));
  // What is frozen is whole without its journal.
  await sh('sync; fsfreeze --freeze /run/diskbios/volumes/0');
  return wrong;
}

/** Whether it may be that there is no data volume. */
function noVolume({ wholeDisk, returned, name }: RecordedStep, at: number, status: string): Verdict {
  if (wholeDisk !== true) return ['there is no data volume any more', status];
  if (at >= returned) return [`${name} had ended, but there is no data volume`, status];
  return /cannot|damaged|broken/.test(status) ? ['a disk that is not made yet is complained of', status] : [];
}

type Shell = RunningPe['sh'];

async function tree(
  sh: Shell,
  { before, after, returned, kept, name }: RecordedStep,
  at: number,
): Promise<Verdict> {
  const allowed = [...(at < returned ? [before] : []), after].filter((one) => one !== undefined);
  const found = await sh(listTree);
  const memory = kept === undefined ? [] : difference(kept, await sh(keptFiles));
  const broken = JSON.parse(await sh('systemx list --json')) as readonly { name: string; state: string }[];
  return [
    ...(allowed.includes(found)
      ? []
      : [
          `the tree is neither as before ${name} nor as after it`,
          ...allowed.flatMap((one) => ['compared with one of them:', ...difference(one, found)]),
        ]),
    ...(memory.length === 0 ? [] : ['what the PE remembers has changed', ...memory]),
    ...broken.filter(({ state }) => state === 'broken').map((one) => `${one.name} is broken`),
  ];
}

/** What must not be left of any operation, and whether the boot menu's file is one that GRUB reads. */
async function remains(sh: Shell): Promise<Verdict> {
  const left = await sh(
    "cd /hd/.pe && { find journal work trash -mindepth 1 -maxdepth 1 2>/dev/null; find . -name '*.new'; } || :",
  );
  const menu = await sh(
    "cd /hd/.pe && { [ ! -e grubenv ] || { [ $(stat -c %s grubenv) = 1024 ] && grep -qx '# GRUB Environment Block' grubenv; } || echo damaged; }",
  );
  return [
    ...left
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => `/hd/.pe/${line} is left`),
    ...(menu.trim() === '' ? [] : ['/hd/.pe/grubenv is damaged']),
  ];
}

/** Where `setup-disk` puts the file system. */
const partitionOffset = 1024 ** 2;

async function checkFileSystem({ tools }: Bench, disk: string): Promise<Verdict> {
  try {
    await run(tools.program('e2fsck', '-f', '-n', `${disk}?offset=${partitionOffset}`));
    return [];
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return ['e2fsck finds mistakes in the file system', error.lastLines];
  }
}
