import { UserError } from '../../base/errors.ts';
import { nearest } from '../../base/suggest.ts';
import { nameProblem, type SystemFile } from '../../base/system.ts';
import { systemText } from '../../base/system-file.ts';
import { isThere } from '../host/files.ts';
import type { Places } from '../lib/systems/places.ts';
import { type FoundSystem, isSound, listSystems, loadSystem, type SoundSystem } from './load.ts';
import { readPlaces } from './places.ts';

export {
  brokenText,
  type FoundSystem,
  isSound,
  listSystems,
  loadSystem,
  type SoundSystem,
} from './load.ts';

/** The system of a name that a person gave. Throws `UserError`. */
export function findSystem(name: string, places: Places = readPlaces()): FoundSystem {
  const wrong = nameProblem(name);
  if (wrong !== undefined)
    throw new UserError({
      code: 'bad-name',
      message: `${JSON.stringify(name)} cannot be the name of a system: ${wrong}`,
    });
  for (const dir of places.dirs) {
    const one = isThere(`${dir.path}/${name}`) ? loadSystem(dir, name) : undefined;
    if (one !== undefined) return one;
  }
  const meant = nearest(
    name,
    listSystems(places).map((one) => one.name),
  );
  throw new UserError({
    code: 'no-such-system',
    message: `there is no system ${name}`,
    hint: meant === undefined ? 'systemx list shows what there is' : `did you mean ${meant}?`,
  });
}

/** The same, and it must not be broken. */
export function findSound(name: string, places?: Places): SoundSystem {
  const found = findSystem(name, places);
  if (isSound(found)) return found;
  throw new UserError(
    found.problems.map((message) => ({ code: 'broken-system', message: `${name} is broken: ${message}` })),
  );
}

export async function saveSystem(found: Pick<FoundSystem, 'folder'>, system: SystemFile): Promise<void> {
  // Much to read for whoever only looks.
  const { writeDurably } = await import('./durable.ts');
  await writeDurably(`${found.folder}/system.json`, systemText(system));
}
