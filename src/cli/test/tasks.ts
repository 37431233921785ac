import { join, resolve } from 'node:path';
import { type Diagnostic, UserError } from '../../base/errors.ts';
import { checkPlace } from '../../proof/artifacts.ts';
import { caseName, casesOf, filterCases } from '../../proof/cases.ts';
import type { Task } from '../../proof/proof.ts';
import { imageSubject, recipeSubject, type Subject } from '../../proof/subject.ts';
import { loadRecipe } from '../../recipe/load.ts';
import { loadTests } from '../../recipe/load-tests.ts';
import { mediumOfFile } from '../../recipe/tests/media-files.ts';
import { bootMediaKinds } from '../../recipe/types.ts';
import type { CliIo } from '../io.ts';
import type { Named, TestFlags, TestWish } from './flags.ts';

/** What is to be proven, from the command line; throws a `UserError` with the mistakes of all recipes. */
export async function tasksOf(
  wish: TestWish,
  flags: TestFlags,
  io: CliIo,
): Promise<{ readonly tasks: readonly Task[]; readonly warnings: readonly Diagnostic[] }> {
  const mistakes: Diagnostic[] = [];
  const warnings: Diagnostic[] = [];
  const subjects: Subject[] = [];
  for (const named of wish.subjects) {
    try {
      subjects.push(await subjectOf(named, wish, flags, io, warnings));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      mistakes.push(...error.diagnostics);
    }
  }
  if (mistakes.length > 0) throw new UserError(mistakes);
  const tasks = subjects.map((subject) => ({
    subject,
    cases: chosenCases(subject, wish),
    place: placeOf(subject, subjects.length, flags, io.cwd),
  }));
  checkPlaces(tasks);
  const wanted = tasks.filter(({ cases }) => cases.length > 0);
  if (wanted.length === 0) {
    throw wish.filter === undefined ? nothingBoots(subjects) : noCases(wish.filter, subjects);
  }
  return { tasks: wanted, warnings };
}

async function subjectOf(
  { kind, given }: Named,
  wish: TestWish,
  flags: TestFlags,
  io: CliIo,
  warnings: Diagnostic[],
): Promise<Subject> {
  const from = { cwd: io.cwd, env: io.env };
  if (kind === 'image') {
    const tests =
      wish.tests === undefined
        ? undefined
        : await loadTests(wish.tests, { media: [mediumOfFile(given)] }, from);
    warnings.push(...(tests?.warnings ?? []));
    return imageSubject(given, tests);
  }
  const loaded = await loadRecipe(given, { ...from, set: flags.set });
  warnings.push(...loaded.warnings);
  if (wish.tests === undefined) return recipeSubject(loaded.recipe, undefined);
  const media = bootMediaKinds.filter((medium) => loaded.recipe.media[medium] !== undefined);
  const titles = loaded.recipe.boot.entries.map(({ title }) => title);
  const tests = await loadTests(wish.tests, { media, titles }, from);
  warnings.push(...tests.warnings);
  return recipeSubject(loaded.recipe, tests);
}

function chosenCases(subject: Subject, { repeat, filter }: TestWish): Task['cases'] {
  const all = casesOf(subject.tests, repeat);
  return filter === undefined ? all : filterCases(all, filter);
}

/** With several subjects, a folder that was named holds one for each. */
function placeOf({ name }: Subject, subjects: number, flags: TestFlags, cwd: string): string {
  if (flags.artifacts === undefined) return resolve(cwd, flags.output, 'tests', name);
  const named = resolve(cwd, flags.artifacts);
  return subjects === 1 ? named : join(named, name);
}

function checkPlaces(tasks: readonly Task[]): void {
  const seen = new Set<string>();
  const mistakes: Diagnostic[] = [];
  for (const { place, subject } of tasks) {
    if (seen.has(place)) {
      mistakes.push({
        code: 'same-name',
        message: `two of these are called ${subject.name}, and would have one report`,
        expected: 'each once; else test them one after the other, with --artifacts',
      });
    }
    seen.add(place);
    try {
      checkPlace(place);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      mistakes.push(...error.diagnostics);
    }
  }
  if (mistakes.length > 0) throw new UserError(mistakes);
}

/** A recipe whose media are archives and the like has nothing that a machine could start from. */
function nothingBoots(subjects: readonly Subject[]): UserError {
  return new UserError({
    code: 'no-medium',
    message: `${subjects.map(({ name }) => name).join(', ')}: there is no medium that boots, and so nothing to test`,
    expected: `one of ${bootMediaKinds.join(', ')} in \`media\``,
  });
}

function noCases(filter: string, subjects: readonly Subject[]): UserError {
  const names = subjects.flatMap(({ tests }) => casesOf(tests).map(caseName));
  return new UserError({
    code: 'no-such-case',
    message: `--filter ${filter}: no case is called like that`,
    expected: `one of: ${[...new Set(names)].slice(0, 20).join('; ')}`,
    hint: 'diskbios test … --list shows all cases',
  });
}
