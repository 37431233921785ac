import { MissingError } from '../../../base/errors.ts';
import type { EngineName } from '../../../base/system.ts';
import { chroot } from './chroot.ts';
import type { Engine } from './engine.ts';
import { lxc } from './lxc.ts';

/** In the order of preference for systems made without a wish. */
export const engines: readonly Engine[] = [lxc, chroot];

/** The engine of a name. Throws `MissingError` where this PE does not have it. */
export function engineOf(name: EngineName): Engine {
  const engine = engines.find((one) => one.name === name);
  if (engine === undefined)
    throw new MissingError(
      `this PE has no engine ${name}; it has ${engines.map((one) => one.name).join(', ')}`,
      `systemx set NAME engine=${engines[0]?.name ?? ''}`,
    );
  const why = engine.available();
  if (why !== undefined)
    throw new MissingError(`the engine ${name} cannot be used: ${why}`, 'systemx status');
  return engine;
}

/** The first that can be used here. */
export const usualEngine = (): Engine => engines.find((engine) => engine.available() === undefined) ?? chroot;
