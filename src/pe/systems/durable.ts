import { rename, writeFile } from '../host/files.ts';
import { syncPaths } from '../host/tree.ts';
import { toUtf8 } from '../lib/utf8.ts';

/** Changes of the data volume that a power cut at any instant leaves whole: done, or as if never begun. */

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';

/** Writes a text file beside its name and renames it into place. Readers and power cuts see the old or the new. */
export async function writeDurably(path: string, text: string, mode = 0o644): Promise<void> {
  const beside = `${path}.new`;
  writeFile(beside, toUtf8(text), { mode, durable: true });
  await renameDurably(beside, path);
}

/** What is renamed must be on the disk already (`syncPaths`, `syncFileSystem`, or written by `writeDurably`). */
export async function renameDurably(from: string, to: string): Promise<void> {
  rename(from, to);
  const folders = new Set([folderOf(to), folderOf(from)]);
  await syncPaths(...folders);
}
