import { FailedError } from '../../base/errors.ts';
import { parseJson } from '../../base/parse-json.ts';
import { exists, ownPid, readText, removeFile, sleep, writeFifo } from '../host.ts';
import { controlPath, type Reply, replyFolder, type ServiceState } from '../lib/service-state.ts';
import { serviceName } from '../lib/systems/run-state.ts';
import { serviceStates } from './service-states.ts';

export { type ServiceStates, serviceStates } from './service-states.ts';

/** The same for one system. */
export const serviceState = (system: string): ServiceState | undefined => serviceStates()(system);

/** Asks the supervisor for something and waits for its answer. Throws `FailedError` where there is none in time. */
export const askSupervisor = (
  action: 'start' | 'stop' | 'restart',
  system: string,
  patience: number,
): Promise<Reply> => request(`${action} ${serviceName(system)}`, patience);

/** Has the supervisor forget the service of a system that is not there any more. It would do so by itself, but later. */
export async function forgetService(system: string): Promise<void> {
  if (serviceState(system) !== undefined) await askSupervisor('stop', system, 20_000);
}

/** Starts or stops a service of the PE itself. Throws `FailedError` where it cannot be. */
export async function controlService(action: 'start' | 'stop' | 'restart', service: string): Promise<void> {
  const { code, message } = await request(`${action} ${service}`, 20_000);
  if (code !== 0) throw new FailedError('service', message, { hint: 'logread shows what it said' });
}

/** Has the supervisor look for data volumes again; returns when it has. */
export const rescan = (): Promise<Reply> => request('rescan', 60_000);

/** Has the supervisor go over to the network settings that are there now; returns when the cards are set up, or given up for now. */
export const applyNetwork = (): Promise<Reply> => request('network', 30_000);

let requests = 0;

/** Never holds up the program: the supervisor itself asks this way, too. */
async function request(what: string, patience: number): Promise<Reply> {
  if (!exists(controlPath)) throw new FailedError('no-supervisor', 'the supervisor is not up yet');
  requests += 1;
  const id = `systemx-${ownPid()}-${requests}`;
  const path = `${replyFolder}/${id}`;
  removeFile(path);
  if (!writeFifo(controlPath, `${what} ${id}\n`))
    throw new FailedError('not-root', 'only root can control systems');
  for (let waited = 0; waited < patience; waited += 20) {
    const reply = parseJson(readText(path)) as Reply | undefined;
    if (reply !== undefined) {
      removeFile(path);
      return reply;
    }
    await sleep(20);
  }
  throw new FailedError('no-answer', `the supervisor has not finished within ${patience / 1000} s`);
}
