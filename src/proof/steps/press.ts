import type { StepRunner } from './types.ts';

export const press: StepRunner<'press'> = {
  title: ({ keys }) => `press: ${keys.join('-')}`,
  within: 30_000,
  async run({ keys }, { guest }) {
    await guest.machine.guest().press(...keys);
    return undefined;
  },
};
