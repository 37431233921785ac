import { statfsSync } from 'node:fs';
import { FailedError } from '../base/errors.ts';
import { formatBytes } from '../base/sizes.ts';

/** Bytes that this user can still write to the file system that a folder is on; `undefined`: it does not say. */
export function freeBytes(folder: string): number | undefined {
  try {
    const { bavail, bsize, blocks } = statfsSync(folder);
    // Some network file systems tell of no blocks at all.
    return blocks === 0 ? undefined : bavail * bsize;
  } catch {
    return undefined;
  }
}

/** There is less room than is needed: told before anything is written. */
export function tooLittleSpace(what: string, folder: string, needed: number, free: number): FailedError {
  const [need, have] = [formatBytes(needed), formatBytes(free)];
  const alike = need === have;
  return new FailedError(
    'no-space',
    `${what} needs ${alike ? `${needed} bytes` : need} in ${folder}, where ${alike ? `${free} bytes are` : `${have} ${have.startsWith('1.0 ') ? 'is' : 'are'}`} free: ${formatBytes(needed - free)} too little`,
    { hint: 'nothing was written there; free some space, or choose another place' },
  );
}
