import { ExpectationError } from '../failed-expectation.ts';
import { agentOf } from './agent.ts';
import { askUntilRight, commandTitle } from './commands.ts';
import type { StepContext, StepOf, StepRunner } from './types.ts';

export const run: StepRunner<'run'> = {
  title: ({ command }) => commandTitle('run', command),
  within: 30_000,
  run: (step, context) => context.guest.machine.guest().during(run.title(step), ask(step, context)),
};

async function ask(step: StepOf<'run'>, { guest, within, patience, signal }: StepContext): Promise<string> {
  const limit = within * patience;
  const agent = agentOf(guest);
  await agent.waitUntilThere(limit);
  return askUntilRight(step, patience, signal, async () => {
    const answer = await agent.run(step.command, { within: limit, signal, stdin: step.stdin });
    if (!answer.timedOut) return answer;
    const seconds = Math.round(limit / 1000);
    const output = answer.stdout + answer.stderr;
    throw new ExpectationError(`the command did not end within ${seconds} s`, [], output);
  });
}
