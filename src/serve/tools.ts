import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '../base/package-root.ts';
import { type BuildOptions, lockFor, startTargets } from '../build/build.ts';
import type { BuildPlan } from '../build/plan.ts';
import { loadRecipe } from '../recipe/load.ts';
import { toolsNode } from '../steps/tools.ts';
import type { Store } from '../store/store.ts';

/** Folder of the dnsmasq that was used last; `undefined`: the store has none. */
export function serveToolsUsedLast(store: Store): string | undefined {
  try {
    return store.find(readFileSync(usedLast(store), 'utf8').trim())?.dir;
  } catch {
    return undefined;
  }
}

/**
 * Folder of a pinned dnsmasq, fetched and unpacked where the store has none: chosen for a recipe of our own in the store, since a
 * folder to be served has no lock.
 */
export async function ensureServeTools(options: BuildOptions): Promise<string> {
  const file = join(options.store.dir, 'run', 'serve.yaml');
  mkdirSync(dirname(file), { recursive: true });
  const base = join(packageRoot(), 'recipes', 'minimal.yaml');
  writeFileSync(file, `name: serve\nextends: ${JSON.stringify(base)}\n`);
  const { recipe } = await loadRecipe(file);
  const { lock } = await lockFor(recipe, options);
  const node = toolsNode('serve', lock.tools.serve);
  const plan: BuildPlan = {
    ...{ recipe, lock, epoch: 0 },
    targets: [{ name: 'serve', node, file: '', medium: undefined }],
  };
  const [tools] = await Promise.all(startTargets(plan, options));
  if (tools === undefined) throw new Error('the step of the serve tools gave no artifact');
  const beside = `${usedLast(options.store)}.${process.pid}`;
  writeFileSync(beside, `${tools.id}\n`);
  renameSync(beside, usedLast(options.store));
  return tools.dir;
}

function usedLast(store: Store): string {
  return join(store.dir, 'serve-used-last');
}
