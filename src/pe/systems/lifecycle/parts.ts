import { isThere, makeFolders } from '../../host/files.ts';
import { replaceFile } from '../../host.ts';
import type { Report } from '../archive/progress.ts';
import { copyFolder, diskUse } from '../archive/tree.ts';
import { makeVolume } from '../archive/volume.ts';

/** What the files of a system are, of those that are there: `rootfs`, or `delta` and overlay's `work`. */
const names = ['rootfs', 'delta', 'work'] as const;
/** Says that the own folders of a system with the layering `binds` are in its delta (see `ownFolders`). */
const copiedMark = 'work/.copied';

export const partsOf = (folder: string): string[] => names.filter((name) => isThere(`${folder}/${name}`));

/** The parts that are worth keeping: overlay's own work is not. */
export const contentOf = (folder: string): string[] => partsOf(folder).filter((name) => name !== 'work');

/** What a backup holds, relative to the folder of the system. */
export const backupNames = (folder: string): string[] => [
  ...contentOf(folder),
  ...(isThere(`${folder}/${copiedMark}`) ? [copiedMark] : []),
];

export const sizeOfParts = (folder: string): Promise<number> =>
  diskUse(...contentOf(folder).map((name) => `${folder}/${name}`));

/** Copies the files of a system into another folder, which is there. */
export async function copyParts(from: string, to: string, report: Report): Promise<void> {
  for (const name of contentOf(from)) await copyFolder(`${from}/${name}`, `${to}/${name}`, report);
  makeWork(from, to);
}

function makeWork(from: string, to: string): void {
  if (!isThere(`${from}/delta`)) return;
  makeFolders(`${to}/work`);
  if (isThere(`${from}/${copiedMark}`)) replaceFile(`${to}/${copiedMark}`, '');
}

/** Empty parts for what a backup brings. */
export async function emptyParts(folder: string, content: 'rootfs' | 'delta'): Promise<void> {
  await makeVolume(`${folder}/${content}`);
  if (content === 'delta') makeFolders(`${folder}/work`);
}
