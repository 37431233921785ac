import { parseJson } from '../../base/parse-json.ts';
import { readText } from '../host.ts';
import { type ServiceState, type SupervisorState, statePath } from '../lib/service-state.ts';
import { serviceName } from '../lib/systems/run-state.ts';

/** The service of a system; `undefined`: it was not started since boot. */
export type ServiceStates = (system: string) => ServiceState | undefined;

/** What the supervisor knows of systems, from one reading. */
export function serviceStates(): ServiceStates {
  const services = (parseJson(readText(statePath)) as SupervisorState | undefined)?.services;
  return (system) => services?.[serviceName(system)];
}
