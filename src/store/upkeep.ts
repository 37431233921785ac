import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { keptInUse, keptName, readKept } from './kept.ts';
import { firstChanged, hashFile, metaName, readMeta } from './meta.ts';

/** One thing in the store, for `diskbios cache`. */
export interface StoreItem {
  /** Step id, or SHA-256 of a downloaded package. */
  readonly id: string;
  /** Kind of step, `download`, or `kept` for a folder that builds work in. */
  readonly kind: string;
  readonly title: string;
  readonly bytes: number;
  readonly lastUsed: Date;
  readonly path: string;
}

const keptKind = 'kept';

function subfolders(dir: string): string[] {
  return existsSync(dir)
    ? readdirSync(dir)
        .sort()
        .map((name) => join(dir, name))
    : [];
}

/** Everything in the store, least recently used first. */
export function listStore(dir: string): StoreItem[] {
  const items: StoreItem[] = [];
  for (const path of subfolders(join(dir, 'steps')).flatMap(subfolders)) {
    const meta = readMeta(path);
    const used = statSync(existsSync(join(path, metaName)) ? join(path, metaName) : path).atime;
    items.push({
      id: path.slice(path.lastIndexOf('/') + 1),
      kind: meta?.made.kind ?? 'damaged',
      title: meta?.title ?? 'damaged artifact',
      bytes: meta?.bytes ?? 0,
      lastUsed: used,
      path,
    });
  }
  for (const path of subfolders(join(dir, 'blobs', 'sha256')).flatMap(subfolders)) {
    const stat = statSync(path);
    const id = path.slice(path.lastIndexOf('/') + 1);
    items.push({
      id,
      kind: 'download',
      title: 'downloaded package',
      bytes: stat.size,
      lastUsed: stat.atime,
      path,
    });
  }
  for (const path of subfolders(join(dir, 'kept'))) {
    const { title, bytes } = readKept(path);
    const facts = join(path, keptName);
    items.push({
      id: path.slice(path.lastIndexOf('/') + 1),
      ...{ kind: keptKind, title, bytes, path },
      lastUsed: statSync(existsSync(facts) ? facts : path).mtime,
    });
  }
  return items.sort((a, b) => a.lastUsed.getTime() - b.lastUsed.getTime());
}

/**
 * Removes the least recently used things until the store holds at most `maxBytes`. What a build works in right now stays.
 * @param inUse whether somebody holds one of the locks of a kept folder
 */
export async function pruneStore(
  dir: string,
  maxBytes: number,
  inUse: (folder: string) => Promise<boolean> = keptInUse,
): Promise<{ removed: StoreItem[]; freed: number }> {
  const items = listStore(dir);
  let bytes = items.reduce((sum, item) => sum + item.bytes, 0);
  const removed: StoreItem[] = [];
  for (const item of items) {
    if (bytes <= maxBytes) break;
    if (item.kind === keptKind && (await inUse(item.path))) continue;
    rmSync(item.path, { recursive: true, force: true });
    bytes -= item.bytes;
    removed.push(item);
  }
  return { removed, freed: removed.reduce((sum, item) => sum + item.bytes, 0) };
}

/** Reads everything and names what is not as it was recorded. Nothing is removed. */
export function verifyStore(dir: string): { item: StoreItem; problem: string }[] {
  const problems: { item: StoreItem; problem: string }[] = [];
  for (const item of listStore(dir)) {
    if (item.kind === keptKind) continue;
    if (item.kind === 'download') {
      if (hashFile(item.path) !== item.id) problems.push({ item, problem: 'its bytes changed' });
      continue;
    }
    const meta = readMeta(item.path);
    const changed = meta === undefined ? metaName : firstChanged(item.path, meta.files);
    if (changed !== undefined) problems.push({ item, problem: `${changed} is missing or changed` });
  }
  return problems;
}
