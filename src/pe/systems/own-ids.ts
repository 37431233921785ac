import { freeIdBase } from '../lib/systems/ids.ts';
import type { Target } from './engines/engine.ts';
import { locked } from './lock.ts';
import { findSound, listSystems, saveSystem } from './store.ts';

/**
 * The system with a range of user ids that no other system has. Files lie on the disk with the ids that they have inside, so a
 * range may change from one start to the next, such as after a restore beside the original.
 */
export async function withOwnIds(target: Target): Promise<Target> {
  const { name, system, dir } = target;
  if (system.privileged) return target;
  const taken = (): (number | undefined)[] =>
    listSystems()
      .filter((one) => one.name !== name)
      .map((one) => one.system?.idBase);
  const isGood = (): boolean => system.idBase !== undefined && !taken().includes(system.idBase);
  if (isGood()) return target;
  return locked('user-ids', async () => {
    if (isGood()) return target;
    const idBase = freeIdBase(taken());
    // Not what this run has of its own, such as another engine.
    if (!dir.readOnly) await saveSystem(target, { ...findSound(name).system, idBase });
    return { ...target, system: { ...system, idBase } };
  });
}
