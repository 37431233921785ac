import { UserError } from '../../../base/errors.ts';
import { systemText } from '../../../base/system-file.ts';
import { isFolder, isThere, makeFolders, rename, writeFile } from '../../host/files.ts';
import { checkInterrupted } from '../../host/interrupt.ts';
import { list, readText } from '../../host.ts';
import type { CommitStep } from '../../lib/systems/journal.ts';
import {
  labelAt,
  labelProblem,
  parseSnapshot,
  rolledBack,
  type SnapshotFile,
  snapshotsFolder,
  snapshotText,
} from '../../lib/systems/snapshots.ts';
import { swapSteps } from '../../lib/systems/swap.ts';
import { toUtf8 } from '../../lib/utf8.ts';
import type { Report } from '../archive/progress.ts';
import { checkSpace } from '../archive/tree.ts';
import { type Change, change, recover } from '../journal.ts';
import { locked } from '../lock.ts';
import { writableDir } from '../places.ts';
import { mustBeOff } from '../running.ts';
import { type FoundSystem, findSound } from '../store.ts';
import { checkTemplate } from '../templates/find.ts';
import { copyParts, partsOf, sizeOfParts } from './parts.ts';
import { keepingStill } from './still.ts';

/** A snapshot that is there. */
export interface FoundSnapshot {
  readonly label: string;
  readonly folder: string;
  /** `undefined`: it is damaged. */
  readonly file: SnapshotFile | undefined;
}

/** The snapshots of a system, the oldest first. */
export function snapshotsOf({ folder }: Pick<FoundSystem, 'folder'>): FoundSnapshot[] {
  const all = `${folder}/${snapshotsFolder}`;
  return list(all)
    .filter((label) => labelProblem(label) === undefined && isFolder(`${all}/${label}`))
    .map((label) => ({
      label,
      folder: `${all}/${label}`,
      file: parseSnapshot(readText(`${all}/${label}/snapshot.json`), label),
    }))
    .sort((a, b) => (a.file?.made ?? 0) - (b.file?.made ?? 0));
}

function goodLabel(label: string): string {
  const wrong = labelProblem(label);
  if (wrong === undefined) return label;
  throw new UserError({
    code: 'bad-name',
    message: `${JSON.stringify(label)} cannot be the label of a snapshot: ${wrong}`,
  });
}

function findSnapshot(found: FoundSystem, label: string): FoundSnapshot {
  const all = snapshotsOf(found);
  const one = all.find((snapshot) => snapshot.label === goodLabel(label));
  if (one !== undefined) return one;
  const labels = all.map((snapshot) => snapshot.label).join(', ');
  throw new UserError({
    code: 'no-such-snapshot',
    message: `${found.name} has no snapshot ${label}`,
    hint: labels === '' ? `it has none: systemx snapshot ${found.name}` : `it has ${labels}`,
  });
}

function checkFreeLabel(found: FoundSystem, label: string): void {
  if (isThere(`${found.folder}/${snapshotsFolder}/${goodLabel(label)}`))
    throw new UserError({
      code: 'label-taken',
      message: `${found.name} has a snapshot ${label} already`,
      hint: `systemx snapshot ${found.name} ${label} --remove`,
    });
}

/** Steps that put `<work>/<folder>`, a snapshot, into place; the first of a system comes with the folder that holds them all. */
function placeSnapshot(
  found: FoundSystem,
  { work, paths }: Change,
  folder: string,
  label: string,
): CommitStep[] {
  const all = `${found.name}/${snapshotsFolder}`;
  const from = `${paths.work}/${folder}`;
  if (isThere(`${found.folder}/${snapshotsFolder}`)) return [{ kind: 'move', from, to: `${all}/${label}` }];
  makeFolders(`${work}/first`);
  rename(`${work}/${folder}`, `${work}/first/${label}`);
  return [{ kind: 'move', from: `${paths.work}/first`, to: all }];
}

/** Writes the description of a snapshot into a folder. */
export function describe(folder: string, snapshot: SnapshotFile): void {
  makeFolders(folder);
  writeFile(`${folder}/snapshot.json`, toUtf8(snapshotText(snapshot)));
}

/** Keeps what a system is now. Of an app system only what it changed is copied. */
export async function snapshot(
  wish: { readonly name: string; readonly label: string | undefined; readonly live: boolean },
  report: Report,
): Promise<SnapshotFile> {
  const { name } = wish;
  const dir = writableDir(findSound(name).dir.path);
  return locked(name, async () => {
    await recover(dir);
    const found = findSound(name);
    const made = Date.now();
    const file: SnapshotFile = {
      format: 1,
      label: goodLabel(wish.label ?? labelAt(made)),
      made,
      system: found.system,
    };
    checkFreeLabel(found, file.label);
    const size = await sizeOfParts(found.folder);
    await checkSpace(dir.path, size);
    await keepingStill(found, 'copied', wish.live, () =>
      change(dir, { operation: 'snapshot', subject: name }, async (under) => {
        report.begin(`copying ${name}`, size);
        describe(`${under.work}/new`, file);
        await copyParts(found.folder, `${under.work}/new`, report);
        checkInterrupted();
        return { commit: placeSnapshot(found, under, 'new', file.label) };
      }),
    ).finally(() => {
      report.end();
    });
    return file;
  });
}

/** Removes a snapshot, a damaged one too. */
export async function removeSnapshot(name: string, label: string): Promise<void> {
  const dir = writableDir(findSound(name).dir.path);
  await locked(name, async () => {
    await recover(dir);
    const found = findSound(name);
    findSnapshot(found, label);
    await change(dir, { operation: 'removal of a snapshot', subject: name }, ({ paths }) =>
      Promise.resolve({
        commit: [{ kind: 'move', from: `${name}/${snapshotsFolder}/${label}`, to: paths.trash }],
      }),
    );
  });
}

/** Where the present state of a system goes when another takes its place: into a snapshot, or away. */
export function putAside(
  found: FoundSystem & { readonly system: SnapshotFile['system'] },
  keep: string | undefined,
  under: Change,
): { readonly steps: readonly CommitStep[]; readonly to: string } {
  const { work, paths } = under;
  if (keep === undefined) {
    makeFolders(`${work}/old`);
    return { steps: [], to: `${paths.work}/old` };
  }
  checkFreeLabel(found, keep);
  describe(`${work}/kept`, { format: 1, label: keep, made: Date.now(), system: found.system });
  return {
    steps: placeSnapshot(found, under, 'kept', keep),
    to: `${found.name}/${snapshotsFolder}/${keep}`,
  };
}

/** Makes a system again what it was at a snapshot, which stays. `keep`: label of a snapshot of what it is now; else that is lost. */
export async function rollback(
  wish: { readonly name: string; readonly label: string; readonly keep: string | undefined },
  report: Report,
): Promise<void> {
  const { name, label, keep } = wish;
  const dir = writableDir(findSound(name).dir.path);
  await locked(name, async () => {
    await recover(dir);
    const found = findSound(name);
    const snapshot = findSnapshot(found, label);
    if (snapshot.file === undefined)
      throw new UserError({
        code: 'damaged',
        message: `the snapshot ${label} of ${name} is damaged: ${snapshot.folder}/snapshot.json`,
      });
    const { system } = snapshot.file;
    mustBeOff(name, 'rolled back');
    await checkTemplate(system, dir);
    if (keep !== undefined) checkFreeLabel(found, keep);
    const size = await sizeOfParts(snapshot.folder);
    await checkSpace(dir.path, size);
    report.begin(`copying ${label}`, size);
    await change(dir, { operation: 'rollback', subject: name }, async (under) => {
      makeFolders(`${under.work}/new`);
      await copyParts(snapshot.folder, `${under.work}/new`, report);
      checkInterrupted();
      const aside = putAside(found, keep, under);
      return {
        commit: [
          ...aside.steps,
          ...swapSteps({
            system: name,
            present: partsOf(found.folder),
            fresh: `${under.paths.work}/new`,
            coming: partsOf(`${under.work}/new`),
            old: aside.to,
          }),
          {
            kind: 'write',
            path: `${name}/system.json`,
            text: systemText(rolledBack(system, found.system)),
          },
        ],
      };
    }).finally(() => {
      report.end();
    });
  });
}
