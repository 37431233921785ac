import { FailedError } from '../../base/errors.ts';
import type { Agent } from '../../boot/agent.ts';
import type { CaseGuest } from './types.ts';

/** A guest's agent; throws, with what to do, where the image has none. */
export function agentOf({ machine, hasAgent }: CaseGuest, otherWay?: string): Agent {
  if (hasAgent) return machine.agent();
  const ways = [
    'test the recipe instead of the image, or build the image with `diskbios build --with-agent`',
    ...(otherWay === undefined ? [] : [otherWay]),
  ];
  throw new FailedError('no-agent', 'this image has no agent that could run commands in it', {
    hint: ways.join('; or '),
  });
}

/** Sends a command that ends the guest before it can answer. */
export async function sendLastCommand(guest: CaseGuest, command: string, within: number): Promise<void> {
  const agent = agentOf(guest);
  await agent.waitUntilThere(within);
  void agent.run(command, { within }).catch(() => undefined);
}
