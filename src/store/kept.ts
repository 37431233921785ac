import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A folder of the store that one run after another works in, unlike artifacts, which nobody changes. */
export interface KeptFolder {
  readonly dir: string;
  /** To be held (`flock`) by whoever changes the folder, however many processes that takes. */
  readonly lock: string;
  /** Notes how much is in it now, for `diskbios cache`. */
  note(bytes: number): void;
}

export interface KeptFacts {
  readonly title: string;
  readonly bytes: number;
}

export const keptName = 'kept.json';
export const keptLock = 'lock';

/** Opens the folder with this key, made where it is not there. `title` is for a person. */
export function openKept(store: string, key: string, title: string): KeptFolder {
  const dir = join(store, 'kept', key);
  mkdirSync(dir, { recursive: true });
  const facts = join(dir, keptName);
  const write = (bytes: number): void =>
    writeFileSync(facts, JSON.stringify({ title, bytes } satisfies KeptFacts));
  if (existsSync(facts)) utimesSync(facts, new Date(), new Date());
  else write(0);
  return { dir, lock: join(dir, keptLock), note: write };
}

/** What is known of a kept folder; one without its facts is being made, or was left half removed. */
export function readKept(dir: string): KeptFacts {
  try {
    return JSON.parse(readFileSync(join(dir, keptName), 'utf8')) as KeptFacts;
  } catch {
    return { title: 'left behind by a build', bytes: 0 };
  }
}
