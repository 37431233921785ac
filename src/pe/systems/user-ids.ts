import type { SystemFile } from '../../base/system.ts';
import { freeIdBase } from '../lib/systems/ids.ts';
import { allFacts } from './engines/facts.ts';
import { type FoundSystem, listSystems } from './store.ts';

/** With an engine that maps ids, an unprivileged system has a range of its own, and keeps it. */
export function withIds(system: SystemFile, all: () => readonly FoundSystem[] = listSystems): SystemFile {
  const maps = allFacts.find((engine) => engine.name === system.engine)?.mapsIds === true;
  if (!maps || system.privileged || system.idBase !== undefined) return system;
  return { ...system, idBase: freeIdBase(all().map((one) => one.system?.idBase)) };
}
