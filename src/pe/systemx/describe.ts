import { uptime } from '../host.ts';
import { addressesOf } from '../systems/network/addresses.ts';
import { stateOf, usageOf } from '../systems/running.ts';
import type { FoundSystem } from '../systems/store.ts';
import type { ServiceStates } from '../systems/supervisor-client.ts';

/** Everything about a system that a program may want, as `--json` shows it. */
export function describe(found: FoundSystem, services: ServiceStates): Record<string, unknown> {
  const { name, folder, system, problems } = found;
  const state = services(name);
  const now = stateOf(name, services);
  return {
    name,
    folder,
    state: system === undefined ? 'broken' : now,
    problems,
    ...(now === 'running'
      ? {
          ...usageOf(name),
          addresses: addressesOf(found),
          uptime: uptime() - (state?.since ?? uptime()),
        }
      : {}),
    ended: state?.ended,
    restarts: state?.restarts ?? 0,
    system,
  };
}
