import { FailedError } from '../../../base/errors.ts';
import type { EngineName } from '../../../base/system.ts';
import { environment, foreground } from '../../host/run.ts';
import { isTerminal } from '../../host/terminal.ts';
import { engineOf } from '../../systems/engines/registry.ts';
import { findSound } from '../../systems/store.ts';
import { runState, targetOf } from '../../systems/target.ts';
import { command } from '../command.ts';

/** Runs a program inside a running system with this terminal; its exit code is ours. */
function inside(name: string, argv: readonly string[]): number {
  const target = targetOf(findSound(name));
  const engine = engineOf((runState(name)?.engine ?? target.system.engine) as EngineName);
  if (engine.init(target) === undefined)
    throw new FailedError('not-running', `${name} is not running`, { hint: `systemx start ${name}` });
  return foreground(engine.command(target, argv, { tty: isTerminal(0) }));
}

export const exec = command({
  name: 'exec',
  summary: 'Run a program inside a running system',
  about: ['Its exit code is that of systemx. What stands behind the name belongs to the program.'],
  arguments: [
    { name: 'NAME', meaning: 'a running system', completes: 'system' },
    { name: 'PROGRAM', meaning: 'the program and its arguments', many: 'rest' },
  ],
  options: {},
  examples: ['systemx exec web -- hostname', 'systemx exec web ls -l /etc'],
  run: ({ args: [name = '', ...argv] }) => inside(name, argv),
});

export const enter = command({
  name: 'enter',
  summary: 'Open a shell inside a running system',
  arguments: [{ name: 'NAME', meaning: 'a running system', completes: 'system' }],
  options: {},
  examples: ['systemx enter web'],
  run({ args: [name = ''] }) {
    const term = environment('TERM') ?? 'linux';
    const shell = `export TERM=${/^[\w.+-]+$/.test(term) ? term : 'linux'} HOME=/root; cd /root 2>/dev/null || cd /; `;
    const best = '[ ! -x /bin/bash ] || exec /bin/bash -l; exec /bin/sh -l';
    return inside(name, ['/bin/sh', '-c', shell + best]);
  },
});
