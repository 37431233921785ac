import { type Diagnostic, UserError } from '../base/errors.ts';
import { readChain } from './chain.ts';
import { type LoadOptions, loadRecipe } from './load.ts';
import { recipeArgument } from './locate.ts';
import { mergeMap } from './merge.ts';
import { deepFreeze, dirAt, placeIn } from './normalise.ts';
import { normaliseTest } from './normalise-tests.ts';
import { inOrder, newProblems, type Problems } from './problems.ts';
import { type RawRecipe, withDefaults } from './raw.ts';
import type { UnderTest } from './rules/tests/test-facts.ts';
import { checkTests } from './rules/tests.ts';
import { recipeSchema } from './schema/recipe.ts';
import { checkStructure } from './structure/structure.ts';
import type { BootTest } from './test-types.ts';
import type { BootMediumKind, Recipe } from './types.ts';
import { keySpan, type LocatedMap, plain } from './yaml/located.ts';
import { parseYaml } from './yaml/parse.ts';
import { fileSource } from './yaml/source.ts';

export interface LoadedTests {
  /** At least one. */
  readonly tests: readonly BootTest[];
  readonly warnings: readonly Diagnostic[];
  /** Every file that was read, absolute; the one that was asked for comes first. */
  readonly sources: readonly string[];
  /** Where a value was written, as `Recipe.place`. */
  readonly place: Recipe['place'];
}

/** An image that the tests are for, as far as it is known. */
export interface ImageUnderTest {
  /** The media that there are, at least one. */
  readonly media: readonly BootMediumKind[];
  /** Titles in its boot menu; without them any title is taken. */
  readonly titles?: readonly string[];
}

/**
 * Reads tests for an image that there is already: a YAML file with nothing but `tests:`, or a recipe, of which the tests
 * are taken. Throws a UserError that holds every mistake there is.
 */
export async function loadTests(
  file: string,
  image: ImageUnderTest,
  options: Pick<LoadOptions, 'env' | 'cwd'> = {},
): Promise<LoadedTests> {
  const { cwd = process.cwd() } = options;
  const problems = newProblems();
  const { layers, sources } = await readChain(recipeArgument(file, cwd), file, problems);
  const root = layers.at(-1);
  if (root === undefined || problems.errors.length > 0) throw new UserError(inOrder(problems.errors));
  if (isRecipe(root)) {
    const { recipe, warnings, ...loaded } = await loadRecipe(file, options);
    return { tests: recipe.tests, warnings, sources: loaded.sources, place: recipe.place };
  }
  const under: UnderTest = { media: image.media, titles: image.titles, serialMenu: true };
  const tests = testsOf(root, under, problems);
  if (problems.errors.length > 0) throw new UserError(inOrder(problems.errors));
  return { tests, warnings: inOrder(problems.warnings), sources, place: placeIn(root) };
}

/** Whether it says anything that belongs to a recipe alone. */
function isRecipe(root: LocatedMap): boolean {
  const keys = Object.keys(recipeSchema.properties ?? {}).filter((key) => key !== 'tests');
  return keys.some((key) => root.entries.has(key));
}

/** What a recipe must say beside its tests: stands below the file, so that the tests are checked as those of a recipe. */
const emptyRecipe =
  'name: image\nkernel: { package: linux-image-amd64 }\nboot: { entries: [{ title: image }] }\n';

function testsOf(root: LocatedMap, under: UnderTest, problems: Problems): BootTest[] {
  const below = parseYaml(fileSource('/', emptyRecipe)).root;
  if (below?.kind !== 'map') throw new Error('the recipe below tests is no map');
  const whole = checkStructure(mergeMap(below, root, recipeSchema, problems), true, problems);
  if (whole === undefined) return [];
  const raw = withDefaults(plain(whole), recipeSchema) as unknown as RawRecipe;
  checkTests({ raw, root: whole, home: undefined, problems }, under);
  if (raw.tests.length === 0 && problems.errors.length === 0) {
    problems.error('empty-list', keySpan(root, ['tests']), 'this file has no tests', {
      expected: 'a list of tests with the key `tests`',
    });
  }
  if (problems.errors.length > 0) return [];
  const around = {
    media: under.media,
    menuBy: 'serial',
    dirAt: (path: readonly (string | number)[]) => dirAt({ root: whole }, path),
  } as const;
  return deepFreeze(raw.tests.map((test, n) => normaliseTest(test, n, around)));
}
