import type { StepRunner } from './types.ts';

export const unplug: StepRunner<'unplug'> = {
  title: ({ disk }) => `unplug: ${disk}`,
  within: 30_000,
  async run({ disk }, { guest }) {
    await guest.machine.unplug(disk);
    return undefined;
  },
};
