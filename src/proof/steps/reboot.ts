import { awaitReset } from '../reset.ts';
import { sendLastCommand } from './agent.ts';
import type { StepRunner } from './types.ts';

export const reboot: StepRunner<'reboot'> = {
  title: ({ by }) => `reboot: by ${by}`,
  within: 60_000,
  async run({ by }, { guest, within, patience, signal, startsAnew }) {
    const running = guest.machine.guest();
    const reset = awaitReset(running, within * patience, signal);
    const asked =
      by === 'command'
        ? sendLastCommand(guest, 'reboot', within * patience)
        : running.press('ctrl', 'alt', 'delete');
    await Promise.all([reset, asked]);
    startsAnew();
    return undefined;
  },
};
