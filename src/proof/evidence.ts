import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Machine } from '../boot/machine.ts';
import type { CaseGuest } from './steps/types.ts';

/** Milliseconds for a failed guest to tell more: it may not answer at all. */
const patienceMs = 4000;
const logLines = 2000;

/** What a guest can still tell after a failure: the file's name, and the command that writes it. */
const logs = {
  'log.txt': `logread 2>&1 | tail -n ${logLines}`,
  'dmesg.txt': `dmesg 2>&1 | tail -n ${logLines}`,
} as const;

/** Saves the screen; gives the file, or `undefined` where there is none (any more). */
export async function saveScreen(
  machine: Machine,
  folder: string,
  name: string,
): Promise<string | undefined> {
  if (!machine.isOn()) return undefined;
  const file = join(folder, name);
  const saved = machine.screenshot(file).then(
    () => file,
    () => undefined,
  );
  return Promise.race([saved, sleep(patienceMs, undefined, { ref: false })]);
}

/** Saves what a guest with an agent that answers has in its logs; gives the files. */
export async function saveLogs({ machine, hasAgent }: CaseGuest, folder: string): Promise<string[]> {
  if (!hasAgent || !machine.isOn()) return [];
  const asked = Object.entries(logs).map(async ([name, command]) => {
    const { stdout } = await machine.agent().run(command, { within: patienceMs });
    if (stdout.trim() === '') return [];
    const file = join(folder, `${machine.name}.${name}`);
    writeFileSync(file, stdout);
    return [file];
  });
  const all = Promise.all(asked.map((one) => one.catch(() => []))).then((files) => files.flat());
  return (await Promise.race([all, sleep(patienceMs, undefined, { ref: false })])) ?? [];
}

/** Copies a machine's serial log, of all its power-ons; gives the file. */
export function saveSerialLog(machine: Machine, folder: string): string {
  const file = join(folder, `${machine.name}.serial.log`);
  if (existsSync(machine.serialLog)) copyFileSync(machine.serialLog, file);
  else writeFileSync(file, '');
  return file;
}
