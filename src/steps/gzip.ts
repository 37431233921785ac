import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { StepContext } from '../plan/types.ts';

/**
 * Writes bytes packed as gzip into a file of the artifact. The pinned zstd does it, not Node: zlib's output differs from
 * one version of Node to another.
 */
export async function writeGzip(
  context: StepContext,
  name: string,
  bytes: string | Uint8Array,
): Promise<void> {
  const to = openSync(join(context.out, name), 'w');
  try {
    await context.run(context.tool('usr/bin/zstd', '-q', '--format=gzip', '-9', '-c'), {
      stdin: bytes,
      stdout: to,
    });
  } finally {
    closeSync(to);
  }
}
