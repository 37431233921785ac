import { readText } from '../host.ts';
import { type MountEntry, parseMounts } from '../lib/mount-table.ts';

export const mounts = (): MountEntry[] => parseMounts(readText('/proc/self/mounts') ?? '');

/** Those in whose line one of these texts stands. With many systems the table is long, and most of it is read for nothing. */
export function mountsWith(...texts: readonly string[]): MountEntry[] {
  const plain = texts.map((text) => text.replace(/[\s\\#].*/s, ''));
  const lines = (readText('/proc/self/mounts') ?? '').split('\n');
  return parseMounts(lines.filter((line) => plain.some((text) => line.includes(text))).join('\n'));
}

export const isMountPoint = (path: string): boolean => mounts().some(({ at }) => at === path);
/** Mount points at or below a folder, the innermost first. */
export const mountsBelow = (path: string): string[] =>
  mountsWith(path)
    .map(({ at }) => at)
    .filter((at) => at === path || at.startsWith(`${path}/`))
    .reverse();
