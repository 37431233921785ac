import { isThere, makeFolders, removeEmpty, removeOne, rename, writeFile } from '../host/files.ts';
import { removeTree, syncFileSystem, syncPaths } from '../host/tree.ts';
import { list, now, readText, removeFile } from '../host.ts';
import {
  abandonSteps,
  beginSteps,
  type CommitStep,
  commitSteps,
  type FileStep,
  type JournalRecord,
  journalFolder,
  type Owner,
  recovery,
  trashFolder,
  trashPath,
  workFolder,
  workPath,
} from '../lib/systems/journal.ts';
import type { SystemsDir } from '../lib/systems/places.ts';
import { toUtf8 } from '../lib/utf8.ts';
import { tellBootMenu } from './boot-entries.ts';
import { isAlive, myself } from './processes.ts';

/** An operation under way. */
export interface Change {
  readonly id: string;
  /** A folder of its own, there and empty: everything new is made in it. Absolute. */
  readonly work: string;
  /** The same and the place for what is replaced or destroyed, relative to the systems directory, for `CommitStep`. */
  readonly paths: { readonly work: string; readonly trash: string };
}

async function carryOut(dir: string, steps: readonly FileStep[]): Promise<void> {
  const at = (path: string): string => `${dir}/${path}`;
  for (const step of steps) {
    switch (step.kind) {
      case 'make-folder':
        makeFolders(at(step.path), step.path === '.pe' ? 0o700 : 0o755);
        break;
      case 'write':
        writeFile(at(`${step.path}.new`), toUtf8(step.text), { mode: 0o644, durable: step.hasty !== true });
        rename(at(`${step.path}.new`), at(step.path));
        break;
      case 'move':
        rename(at(step.from), at(step.to));
        break;
      case 'remove-file':
        removeOne(at(step.path));
        break;
      case 'remove-tree':
        // Mostly it is empty by now, or not there.
        if (!removeEmpty(at(step.path))) await removeTree(at(step.path));
        break;
      case 'sync':
        await syncPaths(...step.folders.map(at));
        break;
      case 'sync-tree':
        await syncFileSystem(at(step.path));
        break;
    }
  }
}

let counter = 0;

/**
 * Does an operation on the tree of a systems directory so that a power cut at any instant leaves it done or undone.
 * `work` makes what is new and returns the steps that put it into place. If it throws, nothing is left of it.
 */
export async function change<T = undefined>(
  dir: SystemsDir,
  what: { readonly operation: string; readonly subject: string },
  work: (change: Change) => Promise<{ readonly commit: readonly CommitStep[]; readonly result?: T }>,
): Promise<T | undefined> {
  counter += 1;
  const owner = myself();
  const id = `${Date.now().toString(36)}-${owner.pid}-${counter}-${Math.floor(now() % 1000)}`;
  const record: JournalRecord = { format: 1, id, ...what, owner, commit: undefined };
  const exists = (path: string): boolean => isThere(`${dir.path}/${path}`);
  let made: Awaited<ReturnType<typeof work>>;
  try {
    await carryOut(dir.path, beginSteps(record, exists));
    made = await work({
      id,
      work: `${dir.path}/${workPath(id)}`,
      paths: { work: workPath(id), trash: trashPath(id) },
    });
  } catch (error) {
    await carryOut(dir.path, abandonSteps(id));
    throw error;
  }
  try {
    await carryOut(dir.path, commitSteps(record, made.commit, exists));
  } catch (error) {
    // A full disk, mostly. What is on the disk decides whether it is to be undone or can still be finished.
    const told = await recover(dir, { except: owner });
    if (!told.some((line) => line.endsWith('was finished'))) throw error;
  }
  await tellBootMenu(made.commit);
  return made.result;
}

/**
 * Finishes or removes what was interrupted; a line for each such operation. At boot and before each change. `except`: a process
 * whose operations count as interrupted, though it lives.
 */
export async function recover(
  dir: SystemsDir,
  { atBoot = false, except }: { readonly atBoot?: boolean; readonly except?: Owner } = {},
): Promise<readonly string[]> {
  if (dir.readOnly || !isThere(`${dir.path}/.pe`)) return [];
  const below = (folder: string): string[] => list(`${dir.path}/${folder}`);
  // What `writeDurably` wrote beside and did not come to rename. While the PE runs, somebody may be at it.
  if (atBoot) for (const name of below('.')) removeFile(`${dir.path}/${name}/system.json.new`);
  // Before the records: whoever begins meanwhile writes its record first.
  const work = below(workFolder);
  const trash = below(trashFolder);
  const { steps, told } = recovery({
    atBoot,
    records: below(journalFolder).map((name) => ({
      name,
      text: readText(`${dir.path}/${journalFolder}/${name}`) ?? '',
    })),
    work,
    trash,
    exists: (path) => isThere(`${dir.path}/${path}`),
    isAlive: (owner) => owner.pid !== except?.pid && isAlive(owner),
  });
  await carryOut(dir.path, steps);
  return told;
}
