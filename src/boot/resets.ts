import { kernelStamps } from './signs.ts';

/** GRUB's menu, or that it starts something. */
export const grubSpeaks = /GNU GRUB|Booting (?:`|a command list)|^Loading .+ \.\.\./m;

const secondResetMs = 1500;

/**
 * Whether a reset belongs to the one before: SeaBIOS answers each with a harder one, so that QEMU tells two. `text`: what was
 * said since; `elapsed`: milliseconds.
 */
export function sameReset(elapsed: number, text: string): boolean {
  return elapsed < secondResetMs && !grubSpeaks.test(text) && !kernelStamps.test(text);
}
