import type { Diagnostic } from '../base/errors.ts';
import { epochOf } from '../build/epoch.ts';
import { type BuildPlan, planBuild } from '../build/plan.ts';
import { lockFileOf, readLock } from '../debian/lock-file.ts';
import { requestDifferences, requestOf } from '../debian/lock-request.ts';
import type { Recipe } from '../recipe/types.ts';

/** What a build of a recipe would do by the lock that it has; `undefined`: it has none that fits. */
export function lockedPlan(recipe: Recipe, env: NodeJS.ProcessEnv): BuildPlan | undefined {
  const lock = readLock(lockFileOf(recipe.file));
  if (lock === undefined || requestDifferences(lock.request, requestOf(recipe), recipe).length > 0)
    return undefined;
  return planBuild(recipe, lock, epochOf(lock.date, env));
}

/** A warning that something about a recipe is not known without a lock. @param what `what memory it needs` */
export function notLocked(recipe: Recipe, what: string): Diagnostic {
  return {
    code: 'no-lock',
    message: `${what} is not known: ${recipe.name} has no lock that fits it`,
    hint: 'make one with `diskbios lock`, or build the recipe',
  };
}
