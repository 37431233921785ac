import { FailedError, UserError } from '../../../base/errors.ts';
import { formatBytes } from '../../../base/sizes.ts';
import { ask, isTerminal } from '../../host/terminal.ts';
import { print } from '../../host.ts';
import { usualLabel } from '../../lib/systems/data-volumes.ts';
import { contents, type Disk, diskProblem } from '../../lib/systems/disks.ts';
import { disks } from '../../systems/disks.ts';
import { readPlaces } from '../../systems/places.ts';
import {
  checkTools,
  diskFileSystems,
  unlock as open,
  setupDisk,
  usableDisk,
} from '../../systems/setup-disk.ts';
import { rescan } from '../../systems/supervisor-client.ts';
import { command } from '../command.ts';
import { confirm } from '../confirm.ts';
import { choice, flag, json, text } from '../options.ts';
import { note, printJson, printLines } from '../output.ts';
import { table } from '../table.ts';

function show(all: readonly Disk[]): void {
  const rows = all.flatMap((disk) => [
    [
      disk.device,
      formatBytes(disk.size),
      [disk.model, disk.serial].filter((word) => word !== '').join(' '),
      diskProblem(disk) === undefined ? 'can be used' : 'cannot be used',
    ],
    ...disk.parts
      .filter(
        ({ device }) =>
          disk.parts.length > 1 || device !== disk.device || disk.parts[0]?.superblock !== undefined,
      )
      .map((part) => [`  ${part.device}`, formatBytes(part.size), contents(part), '']),
  ]);
  printLines(
    table([{ title: 'DISK' }, { title: 'SIZE', right: true }, { title: 'WHAT IT IS' }, { title: '' }], rows),
  );
  for (const disk of all) {
    const problem = diskProblem(disk);
    if (problem !== undefined) note(`${disk.device}: ${problem}`);
  }
}

/** Tells the supervisor to look again, and the person what came of it. */
async function takeOn(device: string): Promise<number> {
  await rescan();
  const { volumes, problems } = readPlaces();
  const volume = volumes.find((one) => one.device === device || one.device.startsWith('/dev/dm-'));
  if (volume === undefined) {
    for (const problem of problems) note(problem);
    throw new FailedError('not-taken', `${device} is ready, but this PE does not use it now`, {
      hint: 'it uses the volume that diskbios.data= names at boot; systemx status tells more',
    });
  }
  print(`${device} is the data volume now; make a system: systemx create NAME`);
  return 0;
}

export const setup = command({
  name: 'setup-disk',
  summary: 'Make a disk into a data volume for systems; all that is on it is lost',
  about: [
    'Without DISK it shows the disks of this machine. It asks for the name of the disk before it does anything.',
    'The disk gets one partition over all of it with the label by which the PE finds it at boot.',
  ],
  arguments: [{ name: 'DISK', meaning: 'a whole disk, such as /dev/vda', optional: true, completes: 'disk' }],
  options: {
    fs: choice(diskFileSystems, 'file system (default: ext4)'),
    label: text(
      'LABEL',
      `another label than ${usualLabel}; it has to be named at boot then: diskbios.data=LABEL=...`,
      {
        problem: (given) =>
          /^[\w.-]{1,16}$/.test(given) ? undefined : 'is no label: letters, digits and . _ -, at most 16',
      },
    ),
    encrypt: flag('encrypt it (LUKS); systemx unlock opens it after each boot'),
    yes: text('DISK', 'do it without asking; the disk must be given once more'),
    json,
  },
  examples: [
    'systemx setup-disk',
    'systemx setup-disk /dev/vda',
    'systemx setup-disk /dev/vda --yes /dev/vda',
  ],
  async run({ args: [given], options }) {
    const all = await disks();
    if (options.json && given === undefined) {
      printJson(all.map((disk) => ({ ...disk, problem: diskProblem(disk) })));
      return 0;
    }
    if (given === undefined) show(all);
    if (given === undefined && !isTerminal(0)) return 0;
    const wish = {
      fileSystem: options.fs ?? 'ext4',
      label: options.label ?? usualLabel,
      encrypt: options.encrypt,
    } as const;
    checkTools(wish);
    const device = given ?? ask('Which disk is to be the data volume? ')?.trim() ?? '';
    if (device === '') throw new UserError({ code: 'not-confirmed', message: 'nothing was done' });
    const disk = await usableDisk(device);
    if (given !== undefined && options.yes === undefined) show([disk]);
    confirm(`EVERYTHING on ${device} (${formatBytes(disk.size)}) will be lost.`, device, options.yes);
    const made = await setupDisk({ ...wish, device, said: note });
    return takeOn(made.device);
  },
});

export const unlock = command({
  name: 'unlock',
  summary: 'Open an encrypted data volume',
  arguments: [],
  options: {},
  examples: ['systemx unlock'],
  async run() {
    checkTools({ fileSystem: 'ext4', encrypt: true });
    const parts = (await disks()).flatMap((disk) => disk.parts);
    const locked = parts.find(
      ({ superblock, usedBy }) => superblock?.type === 'crypto_LUKS' && usedBy.length === 0,
    );
    if (locked === undefined)
      throw new UserError({ code: 'nothing-locked', message: 'there is no locked volume' });
    open(locked.device);
    return takeOn(locked.device);
  },
});
