import type { StepRunner } from './types.ts';

export const plug: StepRunner<'plug'> = {
  title: ({ disk }) => `plug: ${disk}`,
  within: 30_000,
  async run({ disk }, { guest }) {
    await guest.machine.plug(disk);
    return undefined;
  },
};
