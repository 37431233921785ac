import { applySettings } from '../../../base/apply-settings.ts';
import { UserError } from '../../../base/errors.ts';
import type { SystemFile } from '../../../base/system.ts';
import { allFacts } from '../engines/facts.ts';
import { recover } from '../journal.ts';
import { locked } from '../lock.ts';
import { writableDir } from '../places.ts';
import { findSound, saveSystem } from '../store.ts';
import { withIds } from '../user-ids.ts';

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

/** What is wrong with a system's settings taken together, for its engine. */
export function settingsProblems(name: string, system: SystemFile): string[] {
  const engine = allFacts.find((one) => one.name === system.engine);
  if (engine === undefined || engine.networks.includes(system.network.kind)) return [];
  return [
    `the engine ${engine.name} has no network of the kind ${system.network.kind}: systemx set ${name} network=${engine.networks[0] ?? 'none'}`,
  ];
}
