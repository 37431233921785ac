import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { FailedError, UserError } from '../base/errors.ts';
import { makeFolder, notWritable, storageError } from '../store/files.ts';
import { isAlive, openScratch, removeScratch } from '../sys/scratch.ts';

/** The report's file that tells a folder of ours from somebody else's. */
export const reportName = 'report.json';

/** The folder of one run's reports, serial logs and screenshots, put together beside its place. */
export interface Artifacts {
  /** Where files are written while the run lasts. */
  readonly dir: string;
  /** Where they will lie. */
  readonly place: string;
  /** The folder of a case, made. */
  caseFolder(id: string): string;
  /** A file's path below the folder, with slashes: as reports name it. */
  nameOf(file: string): string;
  /** Puts the folder into its place, instead of the one of an earlier run. */
  publish(): void;
  /** Removes what has been written so far, unless it was published. */
  discard(): void;
}

/** Opens a folder that takes the place of `place` when it is complete; see `checkPlace`. */
export function openArtifacts(place: string): Artifacts {
  const parent = dirname(place);
  try {
    makeFolder(parent);
    removeAbandoned(parent);
    const dir = openScratch(parent);
    return {
      dir,
      place,
      caseFolder: (id) => {
        const folder = join(dir, 'cases', id);
        mkdirSync(folder, { recursive: true });
        return folder;
      },
      nameOf: (file) => relative(dir, file),
      publish: () => replace(dir, place),
      discard: () => removeScratch(dir),
    };
  } catch (error) {
    throw notWritable(error, parent);
  }
}

/**
 * Checks that a folder may be replaced as a whole: it is not there, is empty, or holds an earlier run. Throws a `UserError`
 * otherwise, since somebody's files would be lost.
 */
export function checkPlace(place: string): void {
  const stat = statSync(place, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (stat.isDirectory() && (readdirSync(place).length === 0 || existsSync(join(place, reportName)))) return;
  throw new UserError({
    code: 'artifacts-not-ours',
    message: `${place} holds something else than the report of an earlier run, and would be replaced`,
    expected: 'a folder that is not there yet, is empty, or was written by `diskbios test`',
  });
}

function replace(dir: string, place: string): void {
  const old = join(dirname(place), `${basename(dir)}.old`);
  const had = existsSync(place);
  try {
    if (had) renameSync(place, old);
    try {
      renameSync(dir, place);
    } catch (error) {
      if (had) renameSync(old, place);
      throw error;
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'EBUSY' && code !== 'EXDEV') throw storageError(error, place);
    throw new FailedError('artifacts-in-use', `${place} cannot be replaced (${code}): is it a mount point?`, {
      hint: 'name a folder in it: --artifacts DIR/tests',
      cause: error,
    });
  }
  rmSync(old, { recursive: true, force: true });
}

/** What a run that was killed has left. */
function removeAbandoned(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = /^p(\d+)-\1-\w+(?:\.old)?$/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) {
      rmSync(join(parent, name), { recursive: true, force: true });
    }
  }
}
