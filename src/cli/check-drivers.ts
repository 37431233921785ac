import { type Diagnostic, FailedError } from '../base/errors.ts';
import { maker } from '../build/kernel-config.ts';
import type { StepNode } from '../plan/types.ts';
import type { Recipe } from '../recipe/types.ts';
import { storeDir } from '../store/paths.ts';
import { openStore } from '../store/store.ts';
import type { CliIo } from './io.ts';
import { lockedPlan, notLocked } from './locked-plan.ts';

/**
 * Which devices of the machine that a recipe is for (`hardware.from`) will have no driver. Makes the image's modules where they are not
 * made yet: seconds, and the download of the kernel's package. A kernel from source must have been built before.
 */
export async function checkDrivers(recipe: Recipe, io: CliIo): Promise<readonly Diagnostic[]> {
  if (recipe.hardware.from === undefined) return [];
  const what = 'which devices will have no driver';
  const node = lockedPlan(recipe, io.env)?.machineModules;
  if (node === undefined) return [notLocked(recipe, what)];
  const store = openStore(storeDir(io.env));
  if (store.find(node.id) === undefined) {
    if (recipe.kernel.from.kind === 'source' && !kernelIsMade(node, (id) => store.find(id) !== undefined))
      return [unknown(what, 'the kernel is not built yet', 'build the recipe: that says it too')];
    const make = maker(recipe, { store, env: io.env, signal: io.signal, monitor: () => undefined });
    try {
      await make(node);
    } catch (error) {
      if (!(error instanceof FailedError)) throw error;
      return [unknown(what, error.message, error.hint)];
    }
  }
  return (store.find(node.id)?.meta.warnings ?? [])
    .filter(({ code }) => code === 'no-driver')
    .map((warning) => ({ ...warning, place: recipe.place(warning.recipePath ?? ['hardware']) }));
}

function kernelIsMade({ inputs }: StepNode, isMade: (id: string) => boolean): boolean {
  return Object.values(inputs).every(({ kind, id }) => kind.name !== 'kernel-from-source' || isMade(id));
}

function unknown(what: string, reason: string, hint: string | undefined): Diagnostic {
  return { code: 'drivers-unknown', message: `${what} is not known: ${reason}`, hint };
}
