import { FailedError, UserError } from '../../../base/errors.ts';
import { type EngineName, nameProblem, newSystem, type SystemFile } from '../../../base/system.ts';
import { isThere, lstat } from '../../host/files.ts';
import { type Places, type SystemsDir, tidyPath } from '../../lib/systems/places.ts';
import { linkProblem } from '../../supervisor/mount-volume.ts';
import { findSystem, isSound, loadSystem, type SoundSystem } from '../store.ts';

/** A system that the machine could be handed over to. */
export interface Subject extends SoundSystem {
  /** Its own root as a folder; `undefined`: it stands on a template. */
  readonly root: string | undefined;
}

const wrong = (message: string, hint?: string): UserError =>
  new UserError({ code: 'cannot-take-over', message, hint });

/**
 * What `diskbios.system=` means: the name of a system in any systems directory, or an absolute path on a data volume, of a
 * system or of a folder that is nothing but a root. Throws `UserError` where it means nothing that is there and sound.
 */
export function subjectOf(given: string, places: Places): Subject {
  if (places.volumes.length === 0)
    throw wrong(
      places.problems.length > 0 ? places.problems.join('; ') : 'there is no data volume',
      'systemx setup-disk',
    );
  return given.startsWith('/') ? byPath(tidyPath(given), places) : byName(given, places);
}

function byName(name: string, places: Places): Subject {
  const { dir, folder } = findSystem(name, places);
  return inFolder(dir, folder, name);
}

function byPath(path: string, places: Places): Subject {
  const at = path.lastIndexOf('/');
  const [above, name] = [path.slice(0, at), path.slice(at + 1)];
  const dir = places.dirs.find((one) => one.path === above);
  if (dir !== undefined && isThere(path)) return inFolder(dir, path, name);
  const problems = new Set<string>();
  for (const [index, { folder, device, readOnly }] of places.volumes.entries()) {
    const link = linkProblem(folder, path);
    if (link !== undefined) problems.add(`${path} on ${device} ${link}`);
    else if (isThere(`${folder}${path}`)) {
      const onVolume = { path: `${folder}${above}`, volume: index, readOnly: readOnly !== undefined };
      return inFolder(onVolume, `${folder}${path}`, name);
    }
  }
  const devices = places.volumes.map(({ device }) => device).join(', ');
  throw wrong(problems.size > 0 ? [...problems].join('; ') : `there is no such folder on ${devices}`);
}

function inFolder(dir: SystemsDir, folder: string, name: string): Subject {
  const kind = lstat(folder)?.kind;
  if (kind !== 'folder') throw wrong(`${folder} is a ${kind ?? 'nothing'}, no folder`);
  if (/[\u0000-\u0020\u007f\\"':,#]/.test(folder))
    throw wrong(`${folder} has characters in it that mount tables do not take`);
  const inside = lstat(`${folder}/rootfs`);
  if (inside !== undefined && inside.kind !== 'folder')
    throw wrong(`its rootfs is a ${inside.kind}, no folder`);
  const own = inside === undefined ? undefined : `${folder}/rootfs`;
  const found = loadSystem(dir, name);
  if (!isThere(`${folder}/system.json`) && !isThere(`${folder}/delta`))
    return { ...found, name: hostName(name), system: bareSystem, problems: [], root: own ?? folder };
  if (!isSound(found)) throw wrong(`it is broken: ${found.problems.join('; ')}`);
  if (found.system.kind === 'app') return { ...found, root: undefined };
  if (own === undefined)
    throw new FailedError('no-root', 'it has no folder rootfs', { hint: `it should be ${folder}/rootfs` });
  return { ...found, root: own };
}

const hostName = (name: string): string => (nameProblem(name) === undefined ? name : 'system');

/** A folder that is nothing but a root says nothing about itself. */
const bareSystem: SystemFile = {
  ...newSystem,
  kind: 'os',
  template: undefined,
  engine: 'chroot' satisfies EngineName,
  created: 0,
};
