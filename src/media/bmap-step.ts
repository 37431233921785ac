import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatBmap } from '../formats/bmap.ts';
import type { Extent } from '../formats/piece.ts';
import type { StepKind } from '../plan/types.ts';
import { diskOutput } from './disk-step.ts';
import { stepInput } from './extras.ts';

/** Name of the block map in the artifact. */
export const bmapOutput = 'disk.bmap';

/** Says which blocks of the input `disk` must be written, with their checksums. */
export const bmapStep: StepKind = {
  name: 'bmap',
  version: 1,
  run(context) {
    const disk = stepInput(context, 'disk');
    const { bytes, used } = JSON.parse(readFileSync(disk.file(diskOutput.used), 'utf8')) as {
      bytes: number;
      used: Extent[];
    };
    const fd = openSync(disk.file(diskOutput.image), 'r');
    try {
      const ranges = used.map((extent) => ({ ...extent, sha256: sumOf(fd, extent) }));
      writeFileSync(join(context.out, bmapOutput), formatBmap(bytes, ranges));
    } finally {
      closeSync(fd);
    }
    return Promise.resolve();
  },
};

const chunk = Buffer.alloc(1024 * 1024);

function sumOf(fd: number, { from, to }: Extent): string {
  const hash = createHash('sha256');
  for (let at = from; at < to; ) {
    const got = readSync(fd, chunk, 0, Math.min(chunk.length, to - at), at);
    if (got === 0) throw new Error(`the disk ends at byte ${at}`);
    hash.update(chunk.subarray(0, got));
    at += got;
  }
  return hash.digest('hex');
}
