import {
  appendFileSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { PersonalFile } from '../../src/base/personal.ts';
import { openImage } from '../../src/image/open.ts';
import { writePersonal } from '../../src/image/personal-writes.ts';
import {
  nextFile,
  type PersonalChange,
  personalize,
  personalPlace,
  readPersonal,
} from '../../src/image/personalize.ts';
import { copyImage, imageAfter } from './disk-image.ts';
import { dataDrive } from './drives.ts';
import { type Bench, withDiskBooted } from './pe.ts';
import { survivors } from './power-loss.ts';
import { randomNumbers } from './random.ts';
import type { Boots, Verdict } from './verify.ts';
import type { DiskRequest } from './write-log.ts';

type Found = ReturnType<typeof readPersonal>;

/** One change of a disk's personal settings, and what it asked of the disk. */
interface RecordedChange {
  readonly name: string;
  /** The disk before it. */
  readonly base: string;
  readonly requests: readonly DiskRequest[];
  readonly before: Found;
  readonly after: Found;
}

export interface PersonalizeRecording {
  readonly log: string;
  readonly changes: readonly RecordedChange[];
}

/** Longer than one sector, so that each may be torn. */
const keys = Array.from(
  { length: 60 },
  (_, n) => `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${String(n).padStart(43, 'A')} key-${n}`,
);
const changes: readonly { readonly name: string; readonly change: PersonalChange }[] = [
  { name: 'first settings', change: { settings: { hostname: 'first', sshKeys: keys } } },
  {
    name: 'other settings',
    change: { settings: { hostname: 'second', sshKeys: keys.slice(30), autostart: [] } },
  },
  { name: 'one setting more', change: { settings: { network: { dns: ['192.0.2.53'] } } } },
  { name: 'clear', change: 'clear' },
];

/** Makes these changes on a disk one after the other, as on a device, and notes what is written and when it is waited for. */
export async function recordPersonalize({ image }: Bench, dir: string): Promise<PersonalizeRecording> {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  const log = join(dir, 'personalize.log');
  writeFileSync(log, '');
  const recorded: RecordedChange[] = [];
  for (const [index, { name, change }] of changes.entries()) {
    const [base, next] = [index, index + 1].map((n) => join(dir, `personalize-${n}.img`)) as [string, string];
    if (index === 0) await copyImage(image, base);
    await copyImage(base, next);
    const before = readPersonal(base);
    recorded.push({
      name,
      base,
      before,
      requests: recordChange(next, change, before, log),
      after: readPersonal(next),
    });
  }
  return { log, changes: recorded };
}

function recordChange(
  file: string,
  change: PersonalChange,
  before: Found,
  log: string,
): readonly DiskRequest[] {
  const requests: DiskRequest[] = [];
  const fd = openSync(file, 'r+');
  using image = openImage(file);
  let data = readFileSync(log).length;
  try {
    writePersonal(image, personalPlace(image), nextFile(settingsIn(before), change), {
      write({ at, bytes }) {
        writeSync(fd, bytes, 0, bytes.length, at);
        appendFileSync(log, bytes);
        requests.push({ kind: 'write', at, length: bytes.length, data, fua: false });
        data += bytes.length;
      },
      sync() {
        fsyncSync(fd);
        requests.push({ kind: 'flush' });
      },
    });
  } finally {
    closeSync(fd);
  }
  return requests;
}

const settingsIn = (found: Found): PersonalFile | undefined =>
  found !== undefined && 'version' in found ? found : undefined;

/** An instant at which the power fails while settings are written. */
export interface PersonalizeCut {
  readonly number: number;
  readonly change: RecordedChange;
  readonly at: number;
  readonly random: () => number;
}

export function drawPersonalizeCut(
  { changes: all }: PersonalizeRecording,
  seed: string,
  number: number,
): PersonalizeCut {
  const change = all[(number - 1) % all.length];
  if (change === undefined) throw new Error('nothing was recorded');
  const random = randomNumbers(`personalize ${seed}/${number}`);
  return { number, change, at: Math.floor(random() * (change.requests.length + 1)), random };
}

export const personalizeCutText = ({ number, change, at }: PersonalizeCut): string =>
  `${number} ${change.name}, at ${at} of ${change.requests.length}`;

/** Makes the disk as the cut leaves it, and looks at what is read of it; one in ten is booted, too. */
export async function verifyPersonalize(
  bench: Bench,
  { log }: PersonalizeRecording,
  { change, at, random }: PersonalizeCut,
  { dir, state }: Boots,
): Promise<Verdict> {
  const disk = join(dir, 'cut.img');
  try {
    await imageAfter(change.base, log, survivors(change.requests, at, random), disk);
    const found = readPersonal(disk);
    const isAfter = isDeepStrictEqual(found, change.after);
    if (!isAfter && !isDeepStrictEqual(found, change.before))
      return ['the settings are neither those from before nor those from after', JSON.stringify(found)];
    if (!isAfter && at === change.requests.length)
      return ['it had ended, and the settings are those from before'];
    const wrong = state === undefined ? await look(bench, disk, settingsIn(found)) : [];
    // Whatever it left, settings can be written and taken away again.
    personalize(disk, { settings: { hostname: 'again' }, only: true });
    if (!isDeepStrictEqual(settingsIn(readPersonal(disk))?.settings, { hostname: 'again' }))
      wrong.push('settings that were written after it are not there');
    return wrong;
  } finally {
    rmSync(disk, { force: true });
  }
}

/** The settings in the PE, which GRUB gives them to. */
async function look(bench: Bench, disk: string, file: PersonalFile | undefined): Promise<string[]> {
  return withDiskBooted(bench, { ...dataDrive(disk, 'boot'), boot: 0 }, async ({ sh }) => {
    const said = await sh('hostname; grep key- /root/.ssh/authorized_keys 2>/dev/null | wc -l');
    const { hostname = 'cloud', sshKeys = [] } = file?.settings ?? {};
    return said.trim() === `${hostname}\n${sshKeys.length}`
      ? []
      : [`the PE has another name or other keys: ${said}`];
  });
}
