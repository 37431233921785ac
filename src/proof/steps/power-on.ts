import type { StepRunner } from './types.ts';

export const powerOn: StepRunner<'power-on'> = {
  title: () => 'power-on',
  within: 30_000,
  async run(_step, { powerOn }) {
    await powerOn();
    return undefined;
  },
};
