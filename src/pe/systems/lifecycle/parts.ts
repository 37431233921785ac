import { isThere, makeFolders } from '../../host/files.ts';
import { replaceFile } from '../../host.ts';
import type { CommitStep } from '../../lib/systems/journal.ts';
import type { Report } from '../archive/progress.ts';
import { copyFolder, diskUse, makeVolume } from '../archive/tree.ts';

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

/**
 * The steps by which parts that lie in `fresh` take the place of those of a system. The old ones go to `old`, a folder that is there.
 * Relative to the systems directory; each step can be seen to be done, so that they can be repeated.
 */
export const swapSteps = (facts: {
  readonly system: string;
  readonly present: readonly string[];
  readonly fresh: string;
  readonly coming: readonly string[];
  readonly old: string;
}): CommitStep[] => [
  ...facts.present.map(
    (name): CommitStep => ({
      kind: 'move',
      from: `${facts.system}/${name}`,
      to: `${facts.old}/${name}`,
    }),
  ),
  ...facts.coming.map(
    (name): CommitStep => ({ kind: 'move', from: `${facts.fresh}/${name}`, to: `${facts.system}/${name}` }),
  ),
];
