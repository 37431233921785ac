import { statfsSync } from 'node:fs';
import { FailedError, type Place } from '../base/errors.ts';
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

/**
 * There is less room than is needed: told before anything is written.
 * @param what the files that are to come there
 * @param more what in the recipe asks for so much, and what else helps
 */
export function tooLittleSpace(
  what: string,
  folder: string,
  needed: number,
  free: number,
  more: { readonly place?: Place | undefined; readonly hint?: string } = {},
): FailedError {
  const alike = formatBytes(needed) === formatBytes(free);
  const text = (bytes: number): string => (alike ? `${bytes} bytes` : formatBytes(bytes));
  return new FailedError(
    'no-space',
    `there is too little room in ${folder} for ${what}: ${text(needed)} needed, ${text(free)} free, ${formatBytes(needed - free)} missing`,
    {
      place: more.place,
      hint: `nothing was written there; free some space, or choose another place${more.hint ?? ''}`,
    },
  );
}
