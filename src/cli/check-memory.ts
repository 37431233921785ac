import type { Diagnostic } from '../base/errors.ts';
import { memoryProblems, planMemory } from '../build/memory.ts';
import type { Recipe } from '../recipe/types.ts';
import type { Memory } from '../steps/memory.ts';
import { storeDir } from '../store/paths.ts';
import { openStore } from '../store/store.ts';
import { lockedPlan, notLocked } from './locked-plan.ts';

export interface CheckedMemory {
  readonly errors: readonly Diagnostic[];
  readonly warnings: readonly Diagnostic[];
  readonly memory?: Memory | undefined;
}

/** Predicts the memory that a recipe needs without building it, and compares it with a machine's. @param limit bytes */
export function checkMemory(recipe: Recipe, limit: number, env: NodeJS.ProcessEnv): CheckedMemory {
  const plan = lockedPlan(recipe, env);
  if (plan === undefined)
    return { errors: [], warnings: [notLocked(recipe, `what memory ${recipe.name} needs`)] };
  const memory = planMemory(plan, openStore(storeDir(env)));
  if (memory === undefined) return { errors: [], warnings: [] };
  return { ...memoryProblems(recipe, memory, limit), memory };
}
