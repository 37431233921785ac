import { copyTree } from '../../host/tree.ts';
import { copyFolder } from '../archive/tree.ts';
import { livefsRoot } from '../livefs.ts';
import { programPath } from '../programs.ts';
import { rootFolder } from '../templates/folder.ts';
import type { Source } from './create.ts';

function rootOf(source: Source): Promise<string> | string {
  switch (source.kind) {
    case 'livefs':
      return livefsRoot();
    case 'template':
      return rootFolder(source);
    case 'folder':
      return source.folder;
  }
}

/** Gives an OS system its root: all of what it is made from. */
export async function copyRoot(source: Source, to: string): Promise<void> {
  const from = await rootOf(source);
  // busybox copies no extended attributes, such as the capabilities of programs.
  await (programPath('tar') === undefined ? copyTree(from, to) : copyFolder(from, to));
}
