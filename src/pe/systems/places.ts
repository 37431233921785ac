import { MissingError } from '../../base/errors.ts';
import { readText } from '../host.ts';
import { noPlaces, type Places, placesPath, type SystemsDir } from '../lib/systems/places.ts';

/** What the supervisor found. Nothing, as long as it is still looking. */
export function readPlaces(): Places {
  const text = readText(placesPath);
  return text === undefined ? noPlaces : (JSON.parse(text) as Places);
}

/** The systems directory that is home. Throws `MissingError` where there is none. */
export function home(places: Places = readPlaces()): SystemsDir {
  const [dir] = places.dirs;
  if (dir === undefined)
    throw new MissingError(
      ['there is no data volume to keep systems on', ...places.problems].join('\n'),
      'systemx setup-disk',
    );
  return dir;
}

/** Home, or the systems directory of that path; it must be one that can be written to. */
export function writableDir(path?: string, places: Places = readPlaces()): SystemsDir {
  const dir = path === undefined ? home(places) : places.dirs.find((one) => one.path === path);
  if (dir === undefined)
    throw new MissingError(
      `${path ?? ''} is no systems directory; there is ${places.dirs.map((one) => one.path).join(', ')}`,
      'systemx status',
    );
  if (dir.readOnly) {
    const why = places.volumes[dir.volume ?? -1]?.readOnly ?? 'it is read-only';
    throw new MissingError(`nothing can be changed in ${dir.path}: ${why}`, 'systemx status');
  }
  return dir;
}
