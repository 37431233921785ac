import { type Diagnostic, FailedError, UserError } from '../base/errors.ts';
import { nearest } from '../base/suggest.ts';
import type { Recipe } from '../recipe/types.ts';
import type { AptOptions } from './apt.ts';
import { compareLocks, formatSummary, type SetSummary } from './lock-diff.ts';
import { type Lock, lockFileOf, readLock, writeLock } from './lock-file.ts';
import { requestDifferences, requestOf } from './lock-request.ts';
import { findMirrors, type MirrorOptions } from './mirror.ts';
import type { LockedPackage } from './package.ts';
import { noPins, type Pins, resolveLock } from './resolve.ts';
import { resolveTemplates, type TemplatePins } from './resolve-templates.ts';
import { perToolset } from './toolsets.ts';

export interface LockOptions extends AptOptions {
  /**
   * `refresh`: the lock is kept where it fits the recipe, else brought up to date with as few changes as possible.
   * `locked`: a lock that does not fit is an error. `update`: newer versions are taken.
   */
  readonly mode: 'refresh' | 'locked' | 'update';
  /** With `update`: the packages to take newer versions of; none: all. */
  readonly update?: readonly string[] | undefined;
  readonly mirrors?: MirrorOptions | undefined;
}

export interface EnsuredLock {
  readonly file: string;
  readonly lock: Lock;
  /** Whether the file was written. */
  readonly changed: boolean;
  readonly summary: readonly SetSummary[];
  /** The summary for a person; empty where no package changed. */
  readonly text: string;
}

/** Gives the lock of a recipe, made or brought up to date as `mode` allows. Uses neither apt nor network where it fits. */
export async function ensureLock(recipe: Recipe, options: LockOptions): Promise<EnsuredLock> {
  const file = lockFileOf(recipe.file);
  const before = readLock(file);
  const request = requestOf(recipe);
  const differences = before === undefined ? [] : requestDifferences(before.request, request, recipe);

  if (options.mode === 'locked') {
    if (before === undefined) throw noLock(recipe, file);
    if (differences.length > 0) throw new UserError(differences.map(withLockHint));
  }
  if (before !== undefined && differences.length === 0 && options.mode !== 'update') {
    return { file, lock: before, changed: false, summary: [], text: '' };
  }

  const mirrors = findMirrors(recipe, options.mirrors);
  const keep = before === undefined ? noPins : keptVersions(before, options);
  const chosen = await resolveLock(recipe, request, mirrors, keep, options);
  const resolved: Lock =
    request.templates === undefined
      ? chosen
      : {
          ...chosen,
          templates: await resolveTemplates(recipe, mirrors, keptOfTemplates(before, options), options),
        };
  const summary = compareLocks(before, resolved);
  const text = formatSummary(summary);
  // The same packages make the same image.
  const lock = text === '' && before !== undefined ? { ...resolved, date: before.date } : resolved;
  if (before !== undefined && text === '' && differences.length === 0) {
    return { file, lock: before, changed: false, summary, text };
  }
  writeBeside(recipe, file, lock);
  return { file, lock, changed: true, summary, text };
}

function writeBeside(recipe: Recipe, file: string, lock: Lock): void {
  try {
    writeLock(file, lock);
  } catch (error) {
    if (!(error instanceof FailedError) || error.code !== 'not-writable') throw error;
    throw new FailedError('lock-not-writable', `the lock ${file} cannot be written`, {
      hint: `copy ${recipe.file} to a folder of your own, or let a recipe there extend it`,
      cause: error,
    });
  }
}

/** The versions that stay: all of the lock, or with `update` all but the named packages. */
function keptVersions(lock: Lock, options: LockOptions): Pins {
  const freed = options.mode === 'update' ? updatedNames(lock, options.update ?? []) : new Set<string>();
  const kept = (packages: readonly LockedPackage[]): Map<string, string> =>
    new Map(packages.filter(({ name }) => !freed.has(name)).map(({ name, version }) => [name, version]));
  return {
    image: kept(lock.image),
    kernel: kept(lock.kernel),
    toolchain: kept(lock.toolchain ?? []),
    console: kept(lock.console ?? []),
    firmware: kept(lock.firmware ?? []),
    ...perToolset((name) => kept(lock.tools[name])),
  };
}

function keptOfTemplates(lock: Lock | undefined, options: LockOptions): TemplatePins {
  if (lock?.templates === undefined) return {};
  const freed = options.mode === 'update' ? updatedNames(lock, options.update ?? []) : new Set<string>();
  return Object.fromEntries(
    Object.entries(lock.templates).map(([template, packages]) => [
      template,
      new Map(packages.filter(({ name }) => !freed.has(name)).map(({ name, version }) => [name, version])),
    ]),
  );
}

function updatedNames(lock: Lock, asked: readonly string[]): Set<string> {
  const known = new Set(
    [
      ...lock.image,
      ...lock.kernel,
      ...(lock.toolchain ?? []),
      ...(lock.console ?? []),
      ...(lock.firmware ?? []),
      ...Object.values(lock.tools).flat(),
      ...Object.values(lock.templates ?? {}).flat(),
    ].map(({ name }) => name),
  );
  if (asked.length === 0) return known;
  const unknown = asked.filter((name) => !known.has(name));
  if (unknown.length > 0) throw new UserError(unknown.map((name) => notLocked(name, known)));
  return new Set(asked);
}

function notLocked(name: string, known: ReadonlySet<string>): Diagnostic {
  const near = nearest(name, known);
  return {
    code: 'not-in-lock',
    message: `--update ${name}: the lock has no such package`,
    ...(near === undefined ? {} : { hint: `did you mean ${near}?` }),
  };
}

function withLockHint(difference: Diagnostic, index: number): Diagnostic {
  return index > 0 ? difference : { ...difference, hint: 'bring the lock up to date with `diskbios lock`' };
}

function noLock(recipe: Recipe, file: string): UserError {
  return new UserError({
    code: 'no-lock',
    message: `there is no lock ${file}, and --locked allows making none`,
    place: recipe.place([]),
    hint: 'make it with `diskbios lock`',
  });
}
