import type { EngineName } from '../../../base/system.ts';
import { chroot } from './chroot.ts';
import type { Engine } from './engine.ts';
import { usableFacts } from './facts.ts';
import { lxc } from './lxc.ts';

/** Those that this PE has, as `allFacts` lists them. */
export const engines: readonly Engine[] = [lxc, chroot];

/** The engine of a name. Throws `MissingError` where this PE does not have it. */
export function engineOf(name: EngineName): Engine {
  const facts = usableFacts(name);
  const engine = engines.find((one) => one.name === facts.name);
  if (engine === undefined) throw new Error(`there are facts of the engine ${name}, and no engine`);
  return engine;
}
