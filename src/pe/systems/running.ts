import { UserError } from '../../base/errors.ts';
import { exists, readText } from '../host.ts';
import type { Phase } from '../lib/service-state.ts';
import { runFolder } from '../lib/systems/places.ts';
import { processesIn } from './cgroup.ts';
import { type ServiceStates, serviceStates } from './service-states.ts';
import { cgroupsFolder } from './target.ts';

export type SystemState = 'running' | 'starting' | 'stopping' | 'stopped' | 'failed';

const states: Readonly<Record<Phase, SystemState>> = {
  running: 'running',
  waiting: 'starting',
  stopping: 'stopping',
  stopped: 'stopped',
  finished: 'stopped',
  failed: 'failed',
};

/**
 * What a system does now, by the supervisor's word, or by its processes where that one does not know.
 * @param services the supervisor's word, where that has been read already
 */
export function stateOf(name: string, services: ServiceStates = serviceStates()): SystemState {
  const known = services(name);
  if (known?.phase === 'running' && !exists(`${runFolder(name)}/up`)) return 'starting';
  if (known !== undefined) return states[known.phase];
  const folder = `${cgroupsFolder}/${name}`;
  return exists(folder) && processesIn(folder).length > 0 ? 'running' : 'stopped';
}

/** Throws `UserError` where a system has to be off for what is to be done. */
export function mustBeOff(name: string, what: string): void {
  const state = stateOf(name);
  if (state === 'stopped' || state === 'failed') return;
  throw new UserError({
    code: 'running',
    message: `${name} is ${state}, and has to be off to be ${what}`,
    hint: `systemx stop ${name}`,
  });
}

export interface Usage {
  /** Bytes, with what the kernel keeps for it. */
  readonly memory: number | undefined;
  readonly processes: number | undefined;
  /** Seconds of processor time since its start. */
  readonly cpu: number | undefined;
}

/** What a running system uses, from its control group. */
export function usageOf(name: string): Usage {
  const folder = `${cgroupsFolder}/${name}`;
  const number = (text: string | undefined): number | undefined =>
    text === undefined || !/^\d/.test(text) ? undefined : Number.parseInt(text, 10);
  const time = /^usage_usec (\d+)$/m.exec(readText(`${folder}/cpu.stat`) ?? '')?.[1];
  return {
    memory: number(readText(`${folder}/memory.current`)),
    processes: number(readText(`${folder}/pids.current`)),
    cpu: time === undefined ? undefined : Number(time) / 1e6,
  };
}
