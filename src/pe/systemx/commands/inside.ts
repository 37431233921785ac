import { environment } from '../../host/environment.ts';
import { passThrough } from '../../host/pass-through.ts';
import { foreground } from '../../host/run.ts';
import { isTerminal } from '../../host/terminal.ts';
import { runningSystem } from '../../systems/attach.ts';
import { type Argument, command } from '../command.ts';

const name: Argument = { name: 'NAME', meaning: 'a running system', completes: 'system' };

/** Runs a program inside a running system with our streams; its exit code is ours. */
async function inside(system: string, argv: readonly string[]): Promise<number> {
  const { target, engine } = runningSystem(system);
  const terminals = ([0, 1, 2] as const).filter(isTerminal).length;
  const words = engine.command(target, argv, terminals === 3 ? term() : undefined);
  return terminals === 0 || terminals === 3 ? foreground(words) : passThrough(words);
}

const term = (): string => {
  const given = environment('TERM') ?? 'linux';
  return /^[\w.+-]+$/.test(given) ? given : 'linux';
};

export const exec = command({
  name: 'exec',
  summary: 'Run a program inside a running system',
  about: [
    'Its exit code is that of systemx. What stands behind the name belongs to the program. It gets a terminal where all three',
    'streams are one; else standard input is passed on and both outputs stay apart.',
  ],
  arguments: [name, { name: 'PROGRAM', meaning: 'the program and its arguments', many: 'rest' }],
  options: {},
  examples: [
    'systemx exec web -- hostname',
    'systemx exec web ls -l /etc',
    'tar c site | systemx exec web tar x -C /srv',
  ],
  run: ({ args: [system = '', ...argv] }) => inside(system, argv),
});

export const enter = command({
  name: 'enter',
  summary: 'Open a shell inside a running system',
  arguments: [name],
  options: {},
  examples: ['systemx enter web'],
  run({ args: [system = ''] }) {
    const shell = 'cd /root 2>/dev/null || cd /; [ ! -x /bin/bash ] || exec /bin/bash -l; exec /bin/sh -l';
    return inside(system, ['/bin/sh', '-c', shell]);
  },
});
