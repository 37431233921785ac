import { FailedError } from '../../base/errors.ts';
import { type SshTarget, waitForSsh } from '../../boot/ssh.ts';
import { ExpectationError } from '../failed-expectation.ts';
import { letKeyIn } from '../ssh-access.ts';
import { agentOf } from './agent.ts';
import { askUntilRight, commandTitle } from './commands.ts';
import type { StepContext, StepOf, StepRunner } from './types.ts';

export const ssh: StepRunner<'ssh'> = {
  title: ({ command, user }) => commandTitle(user === 'root' ? 'ssh' : `ssh as ${user}`, command),
  within: 60_000,
  run: (step, context) => context.guest.machine.guest().during(ssh.title(step), ask(step, context)),
};

async function ask(step: StepOf<'ssh'>, context: StepContext): Promise<string> {
  const { patience, signal, within } = context;
  const target = await targetOf(context, step.user);
  return askUntilRight(step, patience, signal, async () => {
    const answer = await waitForSsh(target, step.command, { within: within * patience, signal });
    if (answer.how === 'ran') return answer;
    throw new ExpectationError(`SSH did not run the command (${answer.how}): ${answer.message}`);
  });
}

async function targetOf(context: StepContext, user: string): Promise<SshTarget> {
  const { guest, ssh: access, tools, within, patience } = context;
  const { sshPort } = guest.machine;
  if (sshPort === undefined) {
    throw new FailedError('no-network', `${guest.machine.name} has no network that leads to this machine`, {
      hint: 'give it `network: user`',
    });
  }
  const key = await access.key();
  if (!access.given && !guest.letIn.has(user)) {
    const agent = agentOf(guest, 'name a key that the image lets in with --ssh-key FILE');
    await agent.waitUntilThere(within * patience);
    await letKeyIn(agent, user, key, within * patience);
    guest.letIn.add(user);
  }
  return { tools, port: sshPort, user, key };
}
