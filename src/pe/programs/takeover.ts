import { readyLine } from '../../base/console-lines.ts';
import { CommandError, FailedError, MissingError, UserError } from '../../base/errors.ts';
import type { PeConfig } from '../../base/pe-config.ts';
import { readSlots } from '../boot-disk/slot.ts';
import { mountsBelow } from '../host/mount-table.ts';
import { busybox, execute } from '../host/run.ts';
import {
  after,
  exit,
  keepReaping,
  makeFolder,
  readText,
  removeFile,
  replaceFile,
  uptime,
  writeText,
} from '../host.ts';
import { type BootChoice, parseCommandLine } from '../lib/command-line.ts';
import { type Places, placesPath, volumesFolder } from '../lib/systems/places.ts';
import { handoverPath, handoverScript, targetFolder } from '../lib/takeover/handover.ts';
import { problemsPath, refusal } from '../lib/takeover/refusal.ts';
import { createConsoles } from '../supervisor/consoles.ts';
import { debugShell } from '../supervisor/debug-shell.ts';
import { createDrivers } from '../supervisor/drivers.ts';
import { createVolumes, type Volumes } from '../supervisor/volumes.ts';
import { refreshBootEntries } from '../systems/boot-entries.ts';
import { initOf } from '../systems/init.ts';
import { assemble, partsFolder } from '../systems/takeover/assemble.ts';
import { subjectOf } from '../systems/takeover/subject.ts';

/**
 * Run by early init, in the PE's root, before there is any other process: puts the system that `diskbios.system=` names together
 * and exits with 0, or leaves everything as it was, writes why, and exits with 1.
 */

const tick = 40;

/** The reason as a line for people; hints are for a PE that is up. */
function reasonOf(error: unknown): string {
  if (error instanceof UserError)
    return error.diagnostics
      .map(({ message, hint }) => (hint === undefined ? message : `${message} (${hint})`))
      .join('; ');
  if (error instanceof CommandError) return `${error.message}: ${error.lastLines}`;
  if (error instanceof FailedError && error.hint !== undefined) return `${error.message} (${error.hint})`;
  if (error instanceof MissingError) return `${error.message} (${error.install})`;
  return error instanceof Error ? error.message : String(error);
}

/** The same volumes by the same rules as the supervisor finds them by. */
async function findVolumes(choice: BootChoice, config: PeConfig): Promise<Volumes> {
  const volumes = createVolumes(choice, config, false, {
    // It grows when the PE itself runs.
    beforeMount: () => Promise.resolve([]),
    home: () => Promise.resolve([]),
    changed: () => undefined,
  });
  const drivers = createDrivers();
  await drivers.others();
  volumes.driversLoaded();
  await new Promise<void>((resolve) => {
    const look = (): void => {
      drivers.lateDisks();
      volumes.scan();
      if (volumes.settled()) resolve();
      else after(tick, look);
    };
    look();
  });
  return volumes;
}

/** The supervisor finds it all as early init left it. */
async function undo({ dirs }: Pick<Places, 'dirs'>): Promise<void> {
  const own = [targetFolder, partsFolder, '/run/diskbios/templates', '/run/diskbios/livefs-root'];
  for (const folder of [...own, ...dirs.map(({ path }) => path).reverse(), volumesFolder])
    for (const at of mountsBelow(folder)) await execute([busybox, 'umount', at]);
  for (const path of [placesPath, handoverPath]) removeFile(path);
}

/** The PE has done all that it is to do with the machine. */
function keepSlot({ slot }: BootChoice, say: (line: string) => void): void {
  if (slot === undefined) return;
  try {
    readSlots(slot, undefined, true);
  } catch (error) {
    say(`diskbios: slot ${slot} stays on trial: ${reasonOf(error)}`);
  }
}

async function main(): Promise<number> {
  keepReaping();
  makeFolder('/run/diskbios');
  const commandLine = readText('/proc/cmdline') ?? '';
  const choice = parseCommandLine(commandLine);
  const { mode, system: given = '' } = choice;
  // What is wrong with the command line is the supervisor's to say.
  if (mode !== 'takeover') return 1;
  const config = JSON.parse(readText('/etc/diskbios/pe.json') ?? '') as PeConfig;
  const consoles = createConsoles(config, commandLine, false);
  let volumes: Volumes | undefined;
  try {
    volumes = await findVolumes(choice, config);
    const places = volumes.places();
    // Before anything else is done: a system that brings the machine down is not started a second time.
    await refreshBootEntries(places, () => ({ once: undefined }));
    if (choice.debug) await debugShell(consoles);
    const subject = subjectOf(given, places);
    await assemble(subject, places);
    replaceFile(handoverPath, handoverScript(subject.system));
    consoles.say(
      `diskbios: handing the machine over to ${subject.name}, ${initOf(subject.system).join(' ')}`,
    );
    keepSlot(choice, consoles.say);
    consoles.say(readyLine('takeover', uptime()));
    return 0;
  } catch (error) {
    replaceFile(problemsPath, `${refusal(given, reasonOf(error))}\n`);
    await undo(volumes?.places() ?? { dirs: [] });
    return 1;
  }
}

main().then(exit, (error: unknown) => {
  writeText('/dev/console', `diskbios: ${String(error)}\n`);
  exit(1);
});
