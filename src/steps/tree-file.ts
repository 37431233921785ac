import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { type Content, type Entry, Tree } from '../formats/tree.ts';

/** A content as it stands in `tree.json`: bytes as base64, or a file relative to the folder of `tree.json`. */
type SavedContent = string | { readonly file: string; readonly offset: number };
type SavedEntry = Omit<Entry, 'content'> & { readonly content?: SavedContent };

function saved(entry: Entry, base: string): SavedEntry {
  if (entry.type !== 'file') return entry;
  const { content } = entry;
  return {
    ...entry,
    content:
      'bytes' in content
        ? Buffer.from(content.bytes).toString('base64')
        : { file: relative(base, content.file), offset: content.offset },
  };
}

/** Writes entries beside the files their content refers to. */
export function saveTree(path: string, entries: readonly Entry[]): void {
  const base = dirname(path);
  writeFileSync(path, JSON.stringify(entries.map((entry) => saved(entry, base))));
}

/** Reads what `saveTree` wrote, wherever the folder lies now. */
export function loadEntries(path: string): Entry[] {
  const base = dirname(path);
  const list = JSON.parse(readFileSync(path, 'utf8')) as SavedEntry[];
  return list.map((entry) => {
    const { content } = entry;
    if (content === undefined) return entry as Entry;
    const restored: Content =
      typeof content === 'string'
        ? { bytes: Buffer.from(content, 'base64') }
        : { file: join(base, content.file), offset: content.offset };
    return { ...entry, content: restored } as Entry;
  });
}

/** `loadEntries` as a tree. */
export function loadTree(path: string): Tree {
  const tree = new Tree();
  for (const entry of loadEntries(path)) tree.add(entry);
  return tree;
}
