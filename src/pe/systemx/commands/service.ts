import { FailedError, UserError } from '../../../base/errors.ts';
import { engineNames } from '../../../base/system.ts';
import { print } from '../../host.ts';
import { askToStop, cleanup, prepare } from '../../systems/lifecycle/run.ts';
import { locked } from '../../systems/lock.ts';
import { requireNetwork } from '../../systems/network/programs.ts';
import { findSound, findSystem, isSound } from '../../systems/store.ts';
import { askSupervisor } from '../../systems/supervisor-client.ts';
import { type Argument, type Command, command } from '../command.ts';
import { choice, flag } from '../options.ts';

const name: Argument = { name: 'NAME', meaning: 'a system', completes: 'system' };
const names: Argument = { ...name, name: 'NAME', meaning: 'systems', many: 'words' };
/** Milliseconds that the supervisor may take: the engine's patience comes first. */
const patience = 180_000;

function act(action: 'start' | 'stop' | 'restart', systems: readonly string[]): number {
  for (const system of systems) {
    const found = findSystem(system);
    if (action !== 'stop' && isSound(found)) requireNetwork(found.name, found.system);
  }
  for (const system of systems) {
    const { code, message } = askSupervisor(action, system, patience);
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

/** What the supervisor calls; `systemx _prepare` becomes part of `system-start`. */
export const internal: readonly Command[] = [
  command({
    name: '_prepare',
    summary: 'Make a system ready to start',
    arguments: [name],
    options: { engine: choice(engineNames, 'for this run'), console: flag('give it the screen') },
    examples: [],
    async run({ args, options }) {
      const [system = ''] = args;
      // Nobody copies or replaces its files while it begins to use them, and it does not begin before they are done.
      await locked(system, () => prepare(findSound(system), options));
      return 0;
    },
  }),
  command({
    name: '_stop',
    summary: 'Ask a system to switch itself off',
    arguments: [name],
    options: {},
    examples: [],
    async run({ args }) {
      await askToStop(findSound(args[0] ?? ''));
      return 0;
    },
  }),
  command({
    name: '_cleanup',
    summary: 'Clear away after a system',
    arguments: [name],
    options: {},
    examples: [],
    async run({ args }) {
      await cleanup(findSound(args[0] ?? ''));
      return 0;
    },
  }),
];
