import { FailedError, UserError } from '../../../base/errors.ts';
import { print } from '../../host.ts';
import { requireNetwork } from '../../systems/network/programs.ts';
import { findSystem, isSound } from '../../systems/store.ts';
import { askSupervisor } from '../../systems/supervisor-client.ts';
import { type Argument, command } from '../command.ts';

const name: Argument = { name: 'NAME', meaning: 'a system', completes: 'system' };
const names: Argument = { ...name, name: 'NAME', meaning: 'systems', many: 'words' };
/** Milliseconds that the supervisor may take: the engine's patience comes first. */
const patience = 180_000;

async function act(action: 'start' | 'stop' | 'restart', systems: readonly string[]): Promise<number> {
  for (const system of systems) {
    const found = findSystem(system);
    if (action !== 'stop' && isSound(found)) requireNetwork(found.name, found.system);
  }
  for (const system of systems) {
    const { code, message } = await askSupervisor(action, system, patience);
    if (code === 2) throw new UserError({ code: 'supervisor', message });
    if (code !== 0)
      throw new FailedError('supervisor', message, { hint: `systemx logs ${system} shows what it said` });
    print(message);
  }
  return 0;
}

export const start = command({
  name: 'start',
  summary: 'Start systems, and wait until their first process begins',
  arguments: [names],
  options: {},
  examples: ['systemx start web', 'systemx start web db'],
  run: ({ args }) => act('start', args),
});

export const stop = command({
  name: 'stop',
  summary: 'Ask systems to switch themselves off; those that do not are ended',
  arguments: [names],
  options: {},
  examples: ['systemx stop web'],
  run: ({ args }) => act('stop', args),
});

export const restart = command({
  name: 'restart',
  summary: 'Stop systems and start them again',
  arguments: [names],
  options: {},
  examples: ['systemx restart web'],
  run: ({ args }) => act('restart', args),
});
