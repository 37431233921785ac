import { closeSync, mkdirSync, openSync, readSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from '../../src/base/crc.ts';
import { CommandError } from '../../src/base/errors.ts';
import { readEntries, readHeader, tableBytes } from '../../src/base/gpt.ts';
import { takeKernel } from '../../src/boot/direct-kernel.ts';
import type { Drive } from '../../src/boot/spec.ts';
import { startedKernel } from '../../src/image/kernel.ts';
import { findProgram, run } from '../../src/sys/run.ts';
import { environment, partition, tryOtherSlot } from '../helpers/boot-disk.ts';
import { copyImage, imageAfter } from './disk-image.ts';
import { dataDrive } from './drives.ts';
import { type Bench, type RunningPe, withDiskBooted, withResumedPe } from './pe.ts';
import { lookPersonal, makePersonal, personalOf } from './personal.ts';
import { survivors } from './power-loss.ts';
import { randomNumbers } from './random.ts';
import type { Boots, Verdict } from './verify.ts';
import { type DiskRequest, readWriteLog } from './write-log.ts';

/** What a first boot asked of a disk that is larger than its image, from power-on until the disk is full and all is written. */
export interface FirstBoot {
  /** The disk before it. */
  readonly base: string;
  readonly log: string;
  readonly requests: readonly DiskRequest[];
}

const diskBytes = 1024 ** 3;
const files = (dir: string) => ({ base: join(dir, 'first-boot.img'), log: join(dir, 'first-boot.log') });

/** What the kernel of a disk image is started with for states: as from its slot B, and with a shell before it looks at any disk. */
export async function kernelOf(image: string, dir: string): Promise<NonNullable<Bench['kernel']>> {
  const taken = await takeKernel(startedKernel(image), dir, async (argv) => (await run(argv)).stdout);
  const words = taken.cmdline.split(' ').filter((word) => !/^diskbios\.slot=|^\$/.test(word));
  return { ...taken, cmdline: [...words, 'diskbios.slot=b', 'diskbios.debug'].join(' ') };
}

/**
 * Boots a copy of the image for the first time, with personal settings and with the other slot on trial, and keeps all that is
 * written to it in `dir`.
 */
export async function recordFirstBoot(bench: Bench, dir: string): Promise<FirstBoot> {
  mkdirSync(dir, { recursive: true });
  const { base, log } = files(dir);
  const disk = join(dir, 'first-boot-disk.img');
  await copyImage(bench.image, base);
  await makePersonal(bench, base, dir);
  truncateSync(base, diskBytes);
  tryOtherSlot(base);
  await copyImage(base, disk);
  await withDiskBooted(bench, bootDrive(disk, log), async ({ sh }) => {
    await sh(untilGrown);
    await sh(untilRemembered);
    await sh(untilPersonal);
  });
  rmSync(disk);
  return readFirstBoot(dir);
}

/** What an earlier `recordFirstBoot` has kept. */
export function readFirstBoot(dir: string): FirstBoot {
  const { base, log } = files(dir);
  return { base, log, requests: readWriteLog(log) };
}

const bootDrive = (file: string, log?: string): Drive => ({ ...dataDrive(file, 'boot', log), boot: 0 });

const size = "$(df -Pm /hd | awk 'NR == 2 { print $2 }')";
const untilGrown = `until [ ${size} -gt 600 ]; do sleep 0.2; done`;
const untilRemembered =
  'until [ -s /hd/.pe/machine-id ] && ls /hd/.pe/host-keys/*; do sleep 0.2; done >/dev/null 2>&1; sync';

const untilPersonal = 'until grep -q autostart /hd/.pe/personal-seen.json; do sleep 0.2; done; sync';

/** An instant at which the power fails in the first boot. Everything of it follows from the seed, the number and the recording. */
export interface FirstBootCut {
  readonly number: number;
  /** So many requests have been answered. */
  readonly at: number;
  /** The power fails once more, in the boot after it. */
  readonly twice: boolean;
  readonly random: () => number;
}

export function drawFirstBootCut({ requests }: FirstBoot, seed: string, number: number): FirstBootCut {
  const random = randomNumbers(`first boot ${seed}/${number}`);
  const at = Math.floor(random() * (requests.length + 1));
  return { number, at, twice: random() < 0.3, random };
}

/** The cut in a line for people. */
export function firstBootCutText({ number, at, twice }: FirstBootCut, { requests }: FirstBoot): string {
  return `${number} first boot, at ${at} of ${requests.length}${twice ? ', and again at the next boot' : ''}`;
}

/** Makes the disk as the cut leaves it, looks at it, boots it, and looks again. */
export async function verifyFirstBoot(
  bench: Bench,
  first: FirstBoot,
  cut: FirstBootCut,
  { dir, state }: Boots,
): Promise<Verdict> {
  const disk = join(dir, 'cut.img');
  const boot = <T>(drive: Drive, work: (pe: RunningPe) => Promise<T>): Promise<T> =>
    state === undefined ? withDiskBooted(bench, drive, work) : withResumedPe(bench, state, drive, work);
  try {
    await imageAfter(first.base, first.log, survivors(first.requests, cut.at, cut.random), disk);
    const wrong = [...tableProblems(disk), ...slotProblems(disk)];
    if (cut.twice && wrong.length === 0) {
      const [again, log] = [join(dir, 'again.img'), join(dir, 'again.log')];
      await copyImage(disk, again);
      const requests = await boot(bootDrive(again, log), async ({ sh }) => {
        await sh(untilGrown);
        return readWriteLog(log);
      });
      const at = Math.floor(cut.random() * (requests.length + 1));
      await imageAfter(disk, log, survivors(requests, at, cut.random), again);
      await copyImage(again, disk);
      for (const file of [again, log]) rmSync(file);
      wrong.push(...tableProblems(disk), ...slotProblems(disk));
    }
    if (wrong.length > 0) return wrong;
    const personal = personalOf(first.base);
    const seen = await boot(bootDrive(disk), async (pe) => [
      ...(await lookPersonal(pe, personal)),
      ...(await look(pe)),
    ]);
    return [...seen, ...tableProblems(disk), ...(await finished(bench, disk))];
  } finally {
    rmSync(disk, { force: true });
  }
}

async function look({ sh }: RunningPe): Promise<Verdict> {
  await sh(untilGrown);
  await sh(untilRemembered);
  const kernel = await sh("dmesg | grep -E 'EXT4-fs.*(error|warning|failed|lost)' || :");
  const status = await sh('systemx status || :');
  await sh('systemx create probe >/dev/null && systemx destroy probe --yes probe >/dev/null');
  // What is frozen is whole without its journal.
  await sh('sync; fsfreeze --freeze /run/diskbios/volumes/0');
  if (kernel !== '') return ['the kernel complains of the file system', kernel];
  return /^!|, on trial:|cannot|does not grow/m.test(status) ? ['something is wrong', status] : [];
}

/** What Linux and GRUB need to find: a whole header in sector 1, and the whole table that it leads to. */
function tableProblems(disk: string): Verdict {
  const fd = openSync(disk, 'r');
  try {
    const read = (at: number, length: number): Buffer => {
      const bytes = Buffer.alloc(length);
      readSync(fd, bytes, 0, length, at);
      return bytes;
    };
    const header = readHeader(read(512, 512));
    if (typeof header === 'string') return [`the header of the partition table: ${header}`];
    const table = read(header.tableAt * 512, tableBytes);
    if (crc32(table) !== header.tableSum) return ['the partition table is not that of its header'];
    const names = readEntries(table).map(({ name }) => name);
    return names.length === 5 ? [] : [`the partitions are ${names.join(', ')}`];
  } finally {
    closeSync(fd);
  }
}

function slotProblems(disk: string): Verdict {
  const { slot } = environment(disk) ?? {};
  return slot === 'a' || slot === 'b' ? [] : ['the variables of the boot loader are lost'];
}

async function finished({ tools }: Bench, disk: string): Promise<Verdict> {
  const { from, to } = partition(disk, 'DISKBIOS-DATA');
  const checks: readonly (readonly string[])[] = [
    tools.program('e2fsck', '-f', '-n', `${disk}?offset=${from}`),
    ...(findProgram('sgdisk') === undefined ? [] : [['sgdisk', '--verify', disk]]),
  ];
  const wrong: string[] = [];
  for (const argv of checks) {
    try {
      const { stdout } = await run(argv);
      if (argv[0] === 'sgdisk' && !stdout.includes('No problems found')) wrong.push(stdout);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      wrong.push(error.message, error.lastLines);
    }
  }
  const { slot, slot_trial: trial } = environment(disk) ?? {};
  if (slot !== 'b' || trial !== '') wrong.push(`the slot is ${slot ?? ''}, on trial ${trial ?? ''}`);
  if (to !== diskBytes - 1024 ** 2) wrong.push(`the data partition ends at ${to}`);
  return wrong;
}
