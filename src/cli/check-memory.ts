import type { Diagnostic } from '../base/errors.ts';
import { epochOf } from '../build/epoch.ts';
import { memoryProblems, planMemory } from '../build/memory.ts';
import { planBuild } from '../build/plan.ts';
import { lockFileOf, readLock } from '../debian/lock-file.ts';
import { requestDifferences, requestOf } from '../debian/lock-request.ts';
import type { Recipe } from '../recipe/types.ts';
import type { Memory } from '../steps/memory.ts';
import { storeDir } from '../store/paths.ts';
import { openStore } from '../store/store.ts';

export interface CheckedMemory {
  readonly errors: readonly Diagnostic[];
  readonly warnings: readonly Diagnostic[];
  readonly memory?: Memory | undefined;
}

/** Predicts the memory that a recipe needs without building it, and compares it with a machine's. @param limit bytes */
export function checkMemory(recipe: Recipe, limit: number, env: NodeJS.ProcessEnv): CheckedMemory {
  const lock = readLock(lockFileOf(recipe.file));
  if (lock === undefined || requestDifferences(lock.request, requestOf(recipe), recipe).length > 0) {
    return {
      errors: [],
      warnings: [
        {
          code: 'memory-unknown',
          message: `what memory ${recipe.name} needs is not known: it has no lock that fits it`,
          hint: 'make one with `diskbios lock`, or build the recipe',
        },
      ],
    };
  }
  const plan = planBuild(recipe, lock, epochOf(lock.date, env));
  const memory = planMemory(plan, openStore(storeDir(env)));
  if (memory === undefined) return { errors: [], warnings: [] };
  return { ...memoryProblems(recipe, memory, limit), memory };
}
