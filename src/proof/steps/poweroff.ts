import { sendLastCommand } from './agent.ts';
import type { StepRunner } from './types.ts';

export const poweroff: StepRunner<'poweroff'> = {
  title: ({ by }) => `poweroff: by ${by === 'button' ? 'the power button' : by}`,
  within: 60_000,
  async run({ by }, { guest, within, patience }) {
    const running = guest.machine.guest();
    if (by === 'button') await running.pressPowerButton();
    if (by === 'command') await sendLastCommand(guest, 'poweroff', within * patience);
    await running.waitForPowerOff({ within });
    return undefined;
  },
};
