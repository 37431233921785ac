import { FailedError } from '../../base/errors.ts';
import type { EngineName } from '../../base/system.ts';
import type { Engine, Target } from './engines/engine.ts';
import { engineOf } from './engines/registry.ts';
import { findSound } from './store.ts';
import { runState, targetOf } from './target.ts';

/** A system that runs, with the engine that runs it. Throws `FailedError` where it does not run. */
export function runningSystem(name: string): { readonly target: Target; readonly engine: Engine } {
  const target = targetOf(findSound(name));
  const engine = engineOf((runState(name)?.engine ?? target.system.engine) as EngineName);
  if (engine.init(target) === undefined)
    throw new FailedError('not-running', `${name} is not running`, { hint: `systemx start ${name}` });
  return { target, engine };
}
