import { FailedError } from '../base/errors.ts';
import { whiteoutPrefix, whiteoutsOf } from '../base/oci/whiteouts.ts';
import type { Entry } from './tree.ts';

/**
 * A root of somebody else's, put together from archives that are laid over each other as if each were unpacked there: later
 * entries replace earlier ones, links on the way are followed and never lead out of the root, whiteouts remove.
 * Device files are left out: engines give systems those that they may have.
 */
export class RootLayers {
  readonly #entries = new Map<string, Entry>();

  /** @param entries in the order of the archive, with paths as they are written there */
  add(entries: readonly Entry[], options: { readonly whiteouts: boolean } = { whiteouts: false }): void {
    if (options.whiteouts) this.#takeAway(entries.map(({ path }) => path));
    for (const entry of entries) {
      const name = entry.path.slice(entry.path.lastIndexOf('/') + 1);
      if (options.whiteouts && name.startsWith(whiteoutPrefix)) continue;
      if (entry.type !== 'char' && entry.type !== 'block') this.#put(entry);
    }
  }

  /** Parents before children, in the same order on every machine; of files with one content the first is the file. */
  list(): Entry[] {
    const sorted = [...this.#entries.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
    const seen = new Map<string, string>();
    return sorted.map((entry): Entry => {
      if (entry.type !== 'file' || !('file' in entry.content)) return entry;
      const identity = `${entry.content.offset} ${entry.content.file}`;
      const first = seen.get(identity);
      if (first === undefined) seen.set(identity, entry.path);
      if (first === undefined) return entry;
      const { path, mode, uid, gid, mtime, origin, xattrs } = entry;
      const same = xattrs === undefined ? {} : { xattrs };
      return { ...{ path, mode, uid, gid, mtime, origin, ...same }, type: 'hardlink', target: first };
    });
  }

  has(path: string): boolean {
    return this.#entries.has(path);
  }

  /** Of an absolute path, what is there when links are followed inside the root. */
  find(path: string): Entry | undefined {
    const at = this.#follow(path);
    return at === undefined ? undefined : this.#entries.get(at);
  }

  #takeAway(names: readonly string[]): void {
    const { remove, empty, refused } = whiteoutsOf(names);
    if (refused.length > 0)
      throw new FailedError('bad-image', `a layer removes ${JSON.stringify(refused[0])}`);
    for (const folder of empty) this.#clear(folder === '.' ? '' : (this.#follow(folder) ?? folder));
    for (const path of remove) this.#delete(this.#place(path) ?? path);
  }

  #put(entry: Entry): void {
    const path = this.#place(entry.path);
    if (path === undefined)
      throw new FailedError('bad-archive', `/${entry.path} lies below something that is no folder`);
    const there = this.#entries.get(path);
    if (there?.type === 'dir' && entry.type !== 'dir') this.#clear(path);
    // A folder in the place of a link to one is meant as that folder.
    if (there?.type === 'symlink' && entry.type === 'dir' && this.find(path)?.type === 'dir') return;
    this.#makeParents(path, entry);
    this.#entries.set(path, { ...this.#linked(entry), path });
  }

  /** A hard link is another name of a file; which of the names stays is not yet known. */
  #linked(entry: Entry): Entry {
    if (entry.type !== 'hardlink') return entry;
    const target = this.#entries.get(this.#place(entry.target) ?? '');
    if (target === undefined || target.type === 'dir')
      throw new FailedError(
        'bad-archive',
        `/${entry.path} is a hard link to /${entry.target}, which is no file`,
      );
    return target;
  }

  #makeParents(path: string, { mtime, origin }: Entry): void {
    const parts = path.split('/');
    for (let n = 1; n < parts.length; n += 1) {
      const folder = parts.slice(0, n).join('/');
      if (!this.#entries.has(folder))
        this.#entries.set(folder, { path: folder, type: 'dir', mode: 0o755, uid: 0, gid: 0, mtime, origin });
    }
  }

  #clear(folder: string): void {
    const prefix = folder === '' ? '' : `${folder}/`;
    for (const path of this.#entries.keys()) if (path.startsWith(prefix)) this.#entries.delete(path);
  }

  #delete(path: string): void {
    if (this.#entries.get(path)?.type === 'dir') this.#clear(path);
    this.#entries.delete(path);
  }

  /** The path with the links of its folders followed; `undefined` where one of them is a file. */
  #place(path: string): string | undefined {
    const at = path.lastIndexOf('/');
    if (at < 0) return path;
    const folder = this.#follow(path.slice(0, at));
    if (folder === undefined) return undefined;
    const found = this.#entries.get(folder);
    if (found !== undefined && found.type !== 'dir') return undefined;
    return folder === '' ? path.slice(at + 1) : `${folder}/${path.slice(at + 1)}`;
  }

  /** What is not there yet is taken as it is written; `undefined` where links go in a circle. */
  #follow(path: string): string | undefined {
    let rest = path.split('/').filter((part) => part !== '' && part !== '.');
    let at: string[] = [];
    for (let links = 0; rest.length > 0; ) {
      const [head = '', ...tail] = rest;
      rest = tail;
      if (head === '..') {
        at = at.slice(0, -1);
        continue;
      }
      const entry = this.#entries.get([...at, head].join('/'));
      if (entry?.type !== 'symlink') {
        at = [...at, head];
        continue;
      }
      links += 1;
      if (links > 40) return undefined;
      if (entry.target.startsWith('/')) at = [];
      rest = [...entry.target.split('/').filter((part) => part !== '' && part !== '.'), ...rest];
    }
    return at.join('/');
  }
}
