import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '../base/package-root.ts';
import { hasAllHelpers } from '../boot/tools.ts';
import { type BuildOptions, lockFor, startTargets } from '../build/build.ts';
import type { BuildPlan, Target } from '../build/plan.ts';
import type { Lock } from '../debian/lock-file.ts';
import { loadRecipe } from '../recipe/load.ts';
import type { Recipe } from '../recipe/types.ts';
import { toolsNode } from '../steps/tools.ts';
import type { Store } from '../store/store.ts';

/** The pinned QEMU and its companions as a target of a build beside the images. */
export function qemuTarget(lock: Lock): Target {
  return { name: 'qemu', node: toolsNode('qemu', lock.tools.qemu), file: '', medium: undefined };
}

/** Folder of the QEMU that a recipe's lock pins, fetched and unpacked where the store has none. */
export async function qemuOfRecipe(recipe: Recipe, options: BuildOptions): Promise<string> {
  const { lock } = await lockFor(recipe, options);
  const plan: BuildPlan = { recipe, lock, epoch: 0, targets: [qemuTarget(lock)] };
  const [tools] = await Promise.all(startTargets(plan, options));
  if (tools === undefined) throw new Error('the QEMU tools step gave no artifact');
  rememberQemu(options.store, tools.id);
  return tools.dir;
}

/**
 * A QEMU for an image that no lock belongs to, where none was used before: one chosen for a recipe of our own in the store,
 * since the shipped ones may lie where this user cannot write a lock.
 */
export async function qemuForImages(options: BuildOptions): Promise<string> {
  const { recipe } = await loadRecipe(ownRecipe(options.store));
  return qemuOfRecipe(recipe, options);
}

/**
 * Folder of the QEMU that was used last, which will do for any image; `undefined`: the store has none, or one that an older
 * version of diskbios chose, without all the programs that are wanted now.
 */
export function qemuUsedLast(store: Store): string | undefined {
  if (!existsSync(lastUsed(store))) return undefined;
  const dir = store.find(readFileSync(lastUsed(store), 'utf8').trim())?.dir;
  return dir !== undefined && hasAllHelpers(dir) ? dir : undefined;
}

/** Notes the QEMU that later runs of bare images shall use. */
export function rememberQemu(store: Store, id: string): void {
  const beside = `${lastUsed(store)}.${process.pid}`;
  writeFileSync(beside, `${id}\n`);
  renameSync(beside, lastUsed(store));
}

function lastUsed(store: Store): string {
  return join(store.dir, 'qemu-used-last');
}

function ownRecipe(store: Store): string {
  const file = join(store.dir, 'run', 'qemu.yaml');
  mkdirSync(dirname(file), { recursive: true });
  const base = join(packageRoot(), 'recipes', 'minimal.yaml');
  writeFileSync(file, `name: qemu\nextends: ${JSON.stringify(base)}\n`);
  return file;
}
