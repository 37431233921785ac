import type { StepRunner } from './types.ts';

export const type: StepRunner<'type'> = {
  title: ({ text }) => `type: ${JSON.stringify(text)}`,
  within: 30_000,
  async run({ text }, { guest }) {
    await guest.machine.guest().type(text);
    return undefined;
  },
};
