import { UserError } from '../../../base/errors.ts';
import type { SystemFile } from '../../../base/system.ts';
import { applySettings } from '../../lib/systems/apply-settings.ts';
import { freeIdBase } from '../../lib/systems/ids.ts';
import { engines } from '../engines/registry.ts';
import { recover } from '../journal.ts';
import { locked } from '../lock.ts';
import { writableDir } from '../places.ts';
import { findSound, listSystems, saveSystem } from '../store.ts';

/** Changes settings of a system; all or, where one is wrong, none. Resolves to the system before and after. */
export async function set(
  name: string,
  words: readonly string[],
): Promise<{ readonly before: SystemFile; readonly after: SystemFile }> {
  const { dir } = findSound(name);
  writableDir(dir.path);
  return locked(name, async () => {
    await recover(dir);
    const found = findSound(name);
    const { system, mistakes } = applySettings(found.system, words);
    if (mistakes.length > 0) throw new UserError(mistakes);
    const after = withIds(system);
    if (JSON.stringify(after) !== JSON.stringify(found.system)) await saveSystem(found, after);
    return { before: found.system, after };
  });
}

/** With an engine that maps ids, an unprivileged system has a range of its own, and keeps it. */
export function withIds(system: SystemFile): SystemFile {
  const maps = engines.find((engine) => engine.name === system.engine)?.mapsIds === true;
  if (!maps || system.privileged || system.idBase !== undefined) return system;
  return { ...system, idBase: freeIdBase(listSystems().map((one) => one.system?.idBase)) };
}

/** What is wrong with a system's settings taken together, for its engine. */
export function settingsProblems(name: string, system: SystemFile): string[] {
  const engine = engines.find((one) => one.name === system.engine);
  const disk =
    system.limits.disk === undefined
      ? []
      : [`this PE cannot limit how much of a disk a system fills: systemx set ${name} disk=none`];
  if (engine === undefined || engine.networks.includes(system.network.kind)) return disk;
  return [
    ...disk,
    `the engine ${engine.name} has no network of the kind ${system.network.kind}: systemx set ${name} network=${engine.networks[0] ?? 'none'}`,
  ];
}
