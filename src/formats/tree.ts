import { FailedError } from '../base/errors.ts';

/** Where a file's bytes are: a range of a file on disk, or the bytes themselves (small generated files). */
export type Content = { readonly file: string; readonly offset: number } | { readonly bytes: Uint8Array };

interface Common {
  /** Path in the image without a leading slash: `usr/bin/busybox`. */
  readonly path: string;
  /** Permission bits, with setuid, setgid and sticky: `0o755`. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  /** Extended attributes, such as `security.capability`, by name; values in base64. */
  readonly xattrs?: Readonly<Record<string, string>>;
  /** Who put it there, for messages: `package lxc`, `template base`, `recipe file` … */
  readonly origin: string;
}

/** One entry of the virtual tree. */
export type Entry =
  | (Common & { readonly type: 'file'; readonly size: number; readonly content: Content })
  | (Common & { readonly type: 'dir' })
  | (Common & { readonly type: 'symlink'; readonly target: string })
  /** `target` is the path (as `path`) of a file in the same tree. */
  | (Common & { readonly type: 'hardlink'; readonly target: string })
  | (Common & { readonly type: 'char' | 'block'; readonly major: number; readonly minor: number })
  | (Common & { readonly type: 'fifo' });

export type FileEntry = Extract<Entry, { type: 'file' }>;

/** Merged-/usr: packages may still ship into these; Debian 12 and later link them into usr/. */
const merged: ReadonlyMap<string, string> = new Map([
  ['bin', 'usr/bin'],
  ['sbin', 'usr/sbin'],
  ['lib', 'usr/lib'],
  ['lib32', 'usr/lib32'],
  ['lib64', 'usr/lib64'],
]);

/** `./lib/x/` → `lib/x`. Throws on a path that leaves the root. */
export function plainPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') throw new FailedError('bad-path', `a path leaves the root: ${path}`);
    parts.push(part);
  }
  return parts.join('/');
}

/** `./lib/x/` → `usr/lib/x`. Throws on a path that leaves the root. */
export function normalPath(path: string): string {
  const parts = plainPath(path).split('/');
  const top = merged.get(parts[0] ?? '');
  return top !== undefined && parts.length > 1 ? [top, ...parts.slice(1)].join('/') : parts.join('/');
}

/** What `Tree.add` does where something is there already. */
export type Clash = 'error' | 'replace';

/**
 * A root file system as an index: paths, owners, modes and references to content; nothing unpacked.
 * Adding makes missing parent directories; directories merge; a file over a different file is a conflict that names
 * both sides, unless the caller says that the later layer wins.
 */
export class Tree {
  readonly #entries = new Map<string, Entry>();

  get size(): number {
    return this.#entries.size;
  }

  get(path: string): Entry | undefined {
    return this.#entries.get(path);
  }

  has(path: string): boolean {
    return this.#entries.has(path);
  }

  /** Follows symlinks in every component, as the kernel would inside this root; `undefined` where it leads nowhere. */
  resolve(path: string): Entry | undefined {
    let rest = path.split('/').filter((p) => p !== '' && p !== '.');
    let at: string[] = [];
    let links = 0;
    while (rest.length > 0) {
      const [head = '', ...tail] = rest;
      rest = tail;
      if (head === '..') {
        at = at.slice(0, -1);
        continue;
      }
      const entry = this.#entries.get([...at, head].join('/'));
      if (entry === undefined) return undefined;
      if (entry.type === 'symlink') {
        links += 1;
        if (links > 40) return undefined;
        if (entry.target.startsWith('/')) at = [];
        rest = [...entry.target.split('/').filter((p) => p !== '' && p !== '.'), ...rest];
        continue;
      }
      at = [...at, head];
    }
    const found = this.#entries.get(at.join('/'));
    return found?.type === 'hardlink' ? this.#entries.get(found.target) : found;
  }

  add(entry: Entry, clash: Clash = 'error'): void {
    const path = normalPath(entry.path);
    if (path === '') return;
    const item = path === entry.path ? entry : { ...entry, path };
    const there = this.#entries.get(path);
    if (there !== undefined) {
      if (there.type === 'dir' && item.type === 'dir') {
        if (clash === 'replace') this.#entries.set(path, item);
        return;
      }
      if (clash === 'error' || there.type === 'dir' || item.type === 'dir') {
        // Debian's packages ship the merged-/usr links as well; the same link twice is no conflict.
        if (there.type === 'symlink' && item.type === 'symlink' && there.target === item.target) return;
        throw new FailedError(
          'path-conflict',
          `/${path} comes from two sides: ${there.origin} (${there.type}) and ${item.origin} (${item.type})`,
          { hint: 'exclude it from one side with `pe.exclude`, or rename it' },
        );
      }
    }
    this.#addParents(item);
    this.#entries.set(path, item);
  }

  #addParents(item: Entry): void {
    const parts = item.path.split('/');
    for (let n = 1; n < parts.length; n += 1) {
      const path = parts.slice(0, n).join('/');
      const there = this.#entries.get(path);
      if (there === undefined) {
        const { mtime, origin } = item;
        this.#entries.set(path, { path, type: 'dir', mode: 0o755, uid: 0, gid: 0, mtime, origin });
      } else if (there.type !== 'dir' && there.type !== 'symlink') {
        throw new FailedError(
          'path-conflict',
          `/${item.path} (${item.origin}) needs a directory where ${there.origin} put the ${there.type} /${path}`,
        );
      }
    }
  }

  /** Removes an entry, and what is below it where it is a directory. */
  delete(path: string): void {
    if (this.#entries.get(path)?.type === 'dir') {
      for (const other of this.#entries.keys()) if (other.startsWith(`${path}/`)) this.#entries.delete(other);
    }
    this.#entries.delete(path);
  }

  /** All entries, parents before children, in the order of their UTF-16 code units (the same on every machine). */
  list(): Entry[] {
    return [...this.#entries.values()].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  }

  *[Symbol.iterator](): IterableIterator<Entry> {
    yield* this.#entries.values();
  }
}

/** Reads a file entry's bytes. Given by whoever has access to disk, so that steps over trees stay pure. */
export type ReadEntry = (entry: FileEntry) => Promise<Buffer>;
