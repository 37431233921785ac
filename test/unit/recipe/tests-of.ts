import { loadRecipe } from '../../../src/recipe/load.ts';
import type { BootTest } from '../../../src/recipe/test-types.ts';
import { parent, writeRecipes } from './write-recipes.ts';

/** The tests of a recipe, whose `tests:` these are. */
export async function testsOf(
  tests: string,
  files: Readonly<Record<string, string>> = {},
): Promise<readonly BootTest[]> {
  const folder = writeRecipes({ ...files, 'a.yaml': parent(`tests:\n${tests}`) });
  return (await loadRecipe('a.yaml', { cwd: folder })).recipe.tests;
}
