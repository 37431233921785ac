import type { Entry } from '../../../src/formats/tree.ts';

type Plain<T> = T extends Entry ? Omit<T, 'origin' | 'uid' | 'gid' | 'mtime' | 'mode'> & Partial<T> : never;

/** An entry with everything that a test does not care about filled in. */
export function entry(parts: Plain<Entry>): Entry {
  const mode = parts.type === 'dir' ? 0o755 : parts.type === 'symlink' ? 0o777 : 0o644;
  return { mode, uid: 0, gid: 0, mtime: 1_700_000_000, origin: 'test', ...parts };
}

export function file(path: string, text: string, parts: { mode?: number; mtime?: number } = {}): Entry {
  const bytes = Buffer.from(text);
  return entry({ path, type: 'file', size: bytes.length, content: { bytes }, ...parts });
}

/** The bytes of a file entry that holds them itself. */
export function textOf(item: Entry | undefined): string {
  if (item?.type !== 'file' || !('bytes' in item.content)) throw new Error('no file with its bytes inside');
  return Buffer.from(item.content.bytes).toString('utf8');
}
