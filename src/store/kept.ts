import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../sys/run.ts';

/** A folder of the store that one run after another works in, unlike artifacts, which nobody changes. */
export interface KeptFolder {
  readonly dir: string;
  /** A file to be held (`flock`) by whoever changes this part of the folder, however many processes that takes. */
  lock(part: string): string;
  /** Notes how much is in it now, for `diskbios cache`. */
  note(bytes: number): void;
}

export interface KeptFacts {
  readonly title: string;
  readonly bytes: number;
}

export const keptName = 'kept.json';
const lockEnding = '.lock';

/** Opens the folder with this key, made where it is not there. `title` is for a person. */
export function openKept(store: string, key: string, title: string): KeptFolder {
  const dir = join(store, 'kept', key);
  mkdirSync(dir, { recursive: true });
  const facts = join(dir, keptName);
  const write = (bytes: number): void =>
    writeFileSync(facts, JSON.stringify({ title, bytes } satisfies KeptFacts));
  if (existsSync(facts)) utimesSync(facts, new Date(), new Date());
  else write(0);
  return { dir, lock: (part) => join(dir, `${part}${lockEnding}`), note: write };
}

/** What is known of a kept folder; one without its facts is being made, or was left half removed. */
export function readKept(dir: string): KeptFacts {
  try {
    return JSON.parse(readFileSync(join(dir, keptName), 'utf8')) as KeptFacts;
  } catch {
    return { title: 'left behind by a build', bytes: 0 };
  }
}

/** Whether a process holds one of the locks of a kept folder. */
export async function keptInUse(dir: string): Promise<boolean> {
  for (const name of readdirSync(dir).filter((each) => each.endsWith(lockEnding))) {
    const { exitCode } = await run(['flock', '--nonblock', join(dir, name), 'true'], { okCodes: [0, 1] });
    if (exitCode === 1) return true;
  }
  return false;
}
