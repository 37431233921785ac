import { FailedError, UserError } from '../../../base/errors.ts';
import { foreground } from '../../host/run.ts';
import { isTerminal } from '../../host/terminal.ts';
import { runningSystem } from '../../systems/attach.ts';
import { locked } from '../../systems/lock.ts';
import { command } from '../command.ts';
import { note, printLines } from '../output.ts';
import { tailOf } from './logs.ts';

const shownBefore = 12;

export const console = command({
  name: 'console',
  summary: 'Attach this terminal to the console of a running system',
  about: [
    'Ctrl-A q detaches, Ctrl-A Ctrl-A sends Ctrl-A. What it has said last is shown first. One terminal at a time.',
    'The system asks for its own users and passwords there; systemx enter needs none.',
  ],
  arguments: [{ name: 'NAME', meaning: 'a running system', completes: 'system' }],
  options: {},
  examples: ['systemx console web'],
  async run({ args: [name = ''] }) {
    const { target, engine } = runningSystem(name);
    const argv = engine.console(target);
    if (argv === undefined)
      throw new FailedError('no-console', `${name} has no console to attach to`, {
        hint: `systemx enter ${name} opens a shell, systemx logs ${name} shows what it said`,
      });
    if (!isTerminal(0) || !isTerminal(1))
      throw new UserError({ code: 'no-terminal', message: 'a console needs a terminal' });
    return locked(
      `console:${name}`,
      () => {
        printLines(tailOf(name, shownBefore));
        note(`--- console of ${name}: Ctrl-A q detaches ---`);
        const code = foreground(argv);
        note(`\n--- detached from ${name} ---`);
        return Promise.resolve(code);
      },
      { patience: 0, busy: `another terminal is attached to the console of ${name}` },
    );
  },
});
