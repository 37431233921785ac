import { nameProblem, type SystemFile } from '../../base/system.ts';
import { type ParsedSystem, parseSystem } from '../../base/system-file.ts';
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
  return { name: visible(name), dir, folder, system: undefined, problems };
}

/** A folder's name may hold anything: nothing of it is to reach a terminal that would move its cursor or change its colours. */
const visible = (name: string): string =>
  // Not as a literal, which QuickJS would make ready whenever this file is read.
  name.replace(
    new RegExp(String.raw`[\p{Cc}\p{Cf}]`, 'gu'),
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

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
        });
    }
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}
