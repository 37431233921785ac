import type { Entry, FileEntry } from '../formats/tree.ts';

interface Owner {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

/** Makes generated entries: owned by root unless told, with one origin and time. */
export interface Maker {
  file(path: string, content: string | Uint8Array, owner?: Owner): FileEntry;
  dir(path: string, owner?: Owner): Entry;
  link(path: string, target: string): Entry;
}

export function maker(step: string, epoch: number): Maker {
  const common = (path: string, mode: number, owner: Owner = {}) => ({
    path,
    mode: owner.mode ?? mode,
    uid: owner.uid ?? 0,
    gid: owner.gid ?? 0,
    mtime: epoch,
    origin: `finishing step ${step}`,
  });
  return {
    file: (path, content, owner) => {
      const bytes = typeof content === 'string' ? Buffer.from(content) : content;
      return { ...common(path, 0o644, owner), type: 'file', size: bytes.length, content: { bytes } };
    },
    dir: (path, owner) => ({ ...common(path, 0o755, owner), type: 'dir' }),
    link: (path, target) => ({ ...common(path, 0o777), type: 'symlink', target }),
  };
}

/** Lines without comments and surrounding space, empty ones dropped. */
export function plainLines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*/, '').trim())
    .filter((line) => line !== '');
}
