import { setTimeout as sleep } from 'node:timers/promises';
import { formatDuration } from '../../base/sizes.ts';
import type { StepRunner } from './types.ts';

export const powerCut: StepRunner<'power-cut'> = {
  title: ({ after }) => (after === 0 ? 'power-cut' : `power-cut: after ${formatDuration(after)}`),
  within: 30_000,
  async run({ after }, { guest, powerOn, signal }) {
    // Not stretched: it is an instant of the test, not a limit.
    await sleep(after, undefined, { signal });
    await guest.machine.cutPower();
    await powerOn();
    return undefined;
  },
};
