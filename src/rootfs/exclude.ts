import { globSource } from '../formats/glob.ts';
import type { Entry, FileEntry } from '../formats/tree.ts';

/** What one pattern left out. */
export interface ExcludedCount {
  readonly pattern: string;
  readonly files: number;
  readonly bytes: number;
}

export interface Excluder {
  /** Whether a path (no leading slash) is left out. */
  readonly matches: (path: string) => boolean;
  /**
   * The entry if it stays, with a hard link to a file that was left out made into that file; `undefined` if it goes.
   * Counts what goes. Entries of a package come in the order of its archive.
   */
  readonly keep: (entry: Entry) => Entry | undefined;
  readonly excludes: (entry: Entry) => boolean;
  /** In the order of the patterns; one that left out nothing counts 0. */
  readonly counts: () => readonly ExcludedCount[];
}

/** A pattern takes what it matches and everything below. */
function source(pattern: string): string {
  return `${globSource(pattern.replace(/^\/+|\/+$/g, ''))}(?:/|$)`;
}

/** Leaves out paths by globs (`formats/glob.ts`): `usr/share/doc` takes the directory and all below it. */
export function excluder(patterns: readonly string[]): Excluder {
  const single = patterns.map((pattern) => new RegExp(`^${source(pattern)}`, 's'));
  // One test for the many paths that stay; which pattern it was is asked only for those that go.
  const any = patterns.length === 0 ? /(?!)/ : new RegExp(`^(?:${patterns.map(source).join('|')})`, 's');
  const counts = patterns.map((pattern) => ({ pattern, files: 0, bytes: 0 }));
  const gone = new Map<string, FileEntry>();
  const heirs = new Map<string, string>();

  const drop = (entry: Entry): void => {
    const count = counts[single.findIndex((one) => one.test(entry.path))];
    if (count === undefined || entry.type === 'dir') return;
    count.files += 1;
    if (entry.type !== 'file') return;
    count.bytes += entry.size;
    gone.set(entry.path, entry);
  };

  const keep = (entry: Entry): Entry | undefined => {
    if (any.test(entry.path)) {
      drop(entry);
      return undefined;
    }
    if (entry.type !== 'hardlink') return entry;
    const file = gone.get(entry.target);
    if (file === undefined) return entry;
    const heir = heirs.get(entry.target);
    if (heir !== undefined) return { ...entry, target: heir };
    heirs.set(entry.target, entry.path);
    return { ...file, path: entry.path };
  };

  return {
    matches: (path) => any.test(path),
    keep,
    excludes: (entry) => keep(entry) === undefined,
    counts: () => counts,
  };
}
