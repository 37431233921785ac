import { isFolder, isThere, lstat, makeFolders, makeLink, readLink, rename } from '../host/files.ts';
import { busybox, must } from '../host/run.ts';
import { copyTree, removeTree, syncFileSystem } from '../host/tree.ts';
import { list, replaceFile } from '../host.ts';
import { type AppFacts, type TopFolder, topFolders } from '../lib/systems/layering.ts';

/**
 * Makes the delta of a system with the layering `binds` ready: folders to mount the template's on, and, when it starts for the
 * first time, its own ones, copied from the template. Resolves to what becomes of each top folder.
 */
export async function ownFolders({ folder, lower }: AppFacts): Promise<TopFolder[]> {
  const folders: string[] = [];
  for (const [name, layer] of topNames(lower)) {
    const kind = lstat(`${layer}/${name}`)?.kind;
    if (kind === 'folder') folders.push(name);
    else if (kind === 'link') makeLink(readLink(`${layer}/${name}`) ?? '', `${folder}/delta/${name}`);
  }
  const tops = topFolders(folders);
  const done = `${folder}/work/.copied`;
  for (const { name, from } of tops) {
    const at = `${folder}/delta/${name}`;
    if (from === 'template') makeFolders(at);
    else if (!isThere(done)) await copyLayers(lower, name, at);
  }
  for (const name of ['dev', 'proc', 'run', 'sys', 'tmp']) makeFolders(`${folder}/delta/${name}`);
  if (!isThere(done)) {
    await syncFileSystem(folder);
    replaceFile(done, '');
  }
  return tops;
}

/** Each name in the top folder of the template, with the layer that shows it. */
function topNames(lower: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const layer of lower) for (const name of list(layer)) if (!found.has(name)) found.set(name, layer);
  return found;
}

/** What was put into the delta when the system was made lies over the template's. Bears being cut off anywhere. */
async function copyLayers(lower: readonly string[], name: string, to: string): Promise<void> {
  const [fresh, before] = [`${to}.fresh`, `${to}.before`];
  if (isThere(before) && !isThere(to)) rename(before, to);
  await removeTree(fresh);
  const layers = lower.map((layer) => `${layer}/${name}`).filter(isFolder);
  const [first = '', ...over] = layers.reverse();
  await copyTree(first, fresh);
  for (const layer of [...over, ...(isThere(to) ? [to] : [])])
    await must([busybox, 'cp', '-a', `${layer}/.`, fresh]);
  await syncFileSystem(fresh);
  if (isThere(to)) rename(to, before);
  rename(fresh, to);
  await removeTree(before);
}
