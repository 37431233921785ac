import { readText } from '../host.ts';
import { type MountEntry, parseMounts } from '../lib/mount-table.ts';

export const mounts = (): MountEntry[] => parseMounts(readText('/proc/self/mounts') ?? '');
export const isMountPoint = (path: string): boolean => mounts().some(({ at }) => at === path);
/** Mount points at or below a folder, the innermost first. */
export const mountsBelow = (path: string): string[] =>
  mounts()
    .map(({ at }) => at)
    .filter((at) => at === path || at.startsWith(`${path}/`))
    .reverse();
