import type { Entry } from './tree.ts';

/** Bits that the file of somebody without rights must not have, and those that whoever starts it needs. */
export function harmlessMode(entry: Pick<Entry, 'type' | 'mode'>): number {
  return (entry.mode & 0o777) | (entry.type === 'dir' ? 0o700 : 0o400);
}

/** What other file systems are mounted over. */
const mounted = /^(dev|proc|run|sys)(\/|$)/;

function word(path: string): string {
  return `'./${path.replaceAll("'", `'\\''`)}'`;
}

/**
 * A shell script that gives a root its true owners and permissions: a folder of somebody without rights cannot have them.
 * It expects everything to be root's, the root as the working folder, and busybox's path in `$bb`.
 */
export function trueOwners(entries: Iterable<Entry>): string {
  const owners = new Map<string, string[]>();
  const modes = new Map<string, string[]>();
  const add = (to: Map<string, string[]>, key: string, path: string): void => {
    to.set(key, [...(to.get(key) ?? []), word(path)]);
  };
  for (const entry of entries) {
    if (entry.type === 'symlink' || entry.type === 'hardlink' || mounted.test(entry.path)) continue;
    if (entry.uid !== 0 || entry.gid !== 0) add(owners, `${entry.uid}:${entry.gid}`, entry.path);
    if (harmlessMode(entry) !== entry.mode) add(modes, entry.mode.toString(8).padStart(4, '0'), entry.path);
  }
  // Owners first: changing them takes away setuid bits.
  const lines = (program: string, map: Map<string, string[]>): string[] =>
    [...map]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, paths]) => `$bb ${program} ${key} ${paths.join(' ')}\n`);
  return [...lines('chown', owners), ...lines('chmod', modes)].join('');
}
