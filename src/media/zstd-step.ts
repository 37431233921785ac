import { join } from 'node:path';
import type { StepKind } from '../plan/types.ts';
import { diskOutput } from './disk-step.ts';
import { stepInput } from './extras.ts';

/** Name of the packed disk in the artifact. */
export const zstdOutput = 'disk.img.zst';

/** Packs the input `disk`. What is large in it is packed already: more effort would gain nothing. */
export const zstdStep: StepKind = {
  name: 'zstd',
  version: 1,
  async run(context) {
    const disk = stepInput(context, 'disk').file(diskOutput.image);
    // With several threads the bytes do not depend on how many.
    await context.run(
      context.tool('usr/bin/zstd', ...['-q', '-3', '-T2', '-o', join(context.out, zstdOutput), disk]),
    );
  },
};
