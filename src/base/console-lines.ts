import { type Mode, modes } from './cmdline.ts';

/** The lines by which the PE tells its state on its consoles: what it writes, and how a test reads them. No Node types: compiled for QuickJS too. */

/**
 * The PE is up. `up`: seconds since the kernel started. `failed`: services of the recipe that did not start; the PE comes
 * up without them.
 */
export function readyLine(mode: Mode, up: number, failed: readonly string[] = []): string {
  const without = failed.length === 0 ? '' : ` failed=${failed.join(',')}`;
  return `DISKBIOS-READY mode=${mode} up=${up.toFixed(2)}${without}`;
}

/** Groups: mode, seconds since the kernel started, names of failed services. Matches complete lines only. */
export const readyPattern = new RegExp(
  `DISKBIOS-READY mode=(${modes.join('|')}) up=(\\d+\\.\\d+)(?: failed=(\\S+))?(?=[\\r\\n])`,
);

/** The PE's supervisor, its first own program after early init, has started so many seconds after the kernel. */
export function initLine(up: number): string {
  return `DISKBIOS-INIT up=${up.toFixed(2)}`;
}

/** Group: seconds since the kernel started. */
export const initPattern = /DISKBIOS-INIT up=(\d+\.\d+)(?=[\r\n])/;

/** A service of the recipe did not start; said once, before READY. */
export function serviceFailedLine(name: string, why: string): string {
  return `diskbios: service ${name} failed to start: ${why}`;
}

/** The supervisor ended, or could not do its work. */
export function supervisorFailedLine(why: string): string {
  return `diskbios: the supervisor failed: ${why}`;
}
