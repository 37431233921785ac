import { nameProblem, type SystemFile } from '../../base/system.ts';
import { type ParsedSystem, parseSystem } from '../../base/system-file.ts';
import { visible } from '../../base/visible.ts';
import { isThere, stat } from '../host/files.ts';
import { list, readText } from '../host.ts';
import type { Places, SystemsDir } from '../lib/systems/places.ts';
import { readPlaces } from './places.ts';

/** Reading systems, apart from what finds one by its name: a list of them needs no more. */

/** A folder that is, or should be, a system. */
export interface FoundSystem {
  readonly name: string;
  readonly dir: SystemsDir;
  /** `<dir>/<name>`. */
  readonly folder: string;
  /** `undefined`: broken, for the reasons in `problems`. */
  readonly system: SystemFile | undefined;
  readonly problems: readonly string[];
  /** It is the name of its folder that is wrong, whatever is in it. */
  readonly misnamed?: true;
}

/** One that can be worked with. */
export interface SoundSystem extends FoundSystem {
  readonly system: SystemFile;
}

export const isSound = (found: FoundSystem): found is SoundSystem => found.system !== undefined;

/** Settings as they were read last: they are replaced as whole files, so a file that is the same one has the same text. */
const known = new Map<string, { readonly stamp: string; readonly parsed: ParsedSystem }>();

function parseFile(path: string): ParsedSystem {
  const found = stat(path);
  const stamp = found === undefined ? '' : [found.dev, found.ino, found.mtime, found.size].join();
  const before = known.get(path);
  if (before?.stamp === stamp && stamp !== '') return before.parsed;
  const parsed = parseSystem(readText(path));
  known.set(path, { stamp, parsed });
  return parsed;
}

/** Reads the system in a folder, whatever state it is in. */
export function loadSystem(dir: SystemsDir, name: string): FoundSystem {
  const folder = `${dir.path}/${name}`;
  const wrong = nameProblem(name);
  const parsed = parseFile(`${folder}/system.json`);
  if (wrong === undefined) return { name, dir, folder, ...parsed };
  const problems = [`its folder's name cannot be the name of a system: ${wrong}`, ...parsed.problems];
  return { name: visible(name), dir, folder, system: undefined, problems, misnamed: true };
}

/** What is wrong with a system, with what to do, in one line. */
export function brokenText({ name, folder, problems, misnamed }: FoundSystem): string {
  const what = `system ${name} is broken: ${problems.join('; ')}`;
  return misnamed === true
    ? `${what}; give the folder another name, or remove it`
    : `${what}; mend ${folder}/system.json, or put a backup in its place: systemx restore FILE ${name} --replace`;
}

/** All systems of all systems directories, by name. Of two with one name the first directory's counts. */
export function listSystems(places: Places = readPlaces()): FoundSystem[] {
  const found: FoundSystem[] = [];
  const names = new Set<string>();
  for (const dir of places.dirs) {
    for (const name of list(dir.path)) {
      const isSystem = !name.startsWith('.') && isThere(`${dir.path}/${name}/system.json`);
      if (!isSystem && !isThere(`${dir.path}/${name}/rootfs`) && !isThere(`${dir.path}/${name}/delta`))
        continue;
      const one = loadSystem(dir, name);
      const other = names.has(name) ? found.find((earlier) => earlier.name === name) : undefined;
      names.add(name);
      if (other === undefined) found.push(one);
      else
        found.push({
          ...one,
          system: undefined,
          problems: [`there is a system of this name in ${other.dir.path} already`, ...one.problems],
          misnamed: true,
        });
    }
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}
