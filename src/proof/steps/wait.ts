import { setTimeout as sleep } from 'node:timers/promises';
import { formatDuration } from '../../base/sizes.ts';
import type { StepRunner } from './types.ts';

export const wait: StepRunner<'wait'> = {
  title: ({ ms }) => `wait: ${formatDuration(ms)}`,
  within: 0,
  async run({ ms }, { signal }) {
    await sleep(ms, undefined, { signal });
    return undefined;
  },
};
