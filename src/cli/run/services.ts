import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { FailedError } from '../../base/errors.ts';
import { packageRoot } from '../../base/package-root.ts';
import type { BuildOptions } from '../../build/build.ts';
import type { CliIo } from '../io.ts';

/** What `run` needs of the builder. */
export interface RunServices {
  /** Builds a recipe's ISO and gives its path. */
  readonly buildIso: (recipeFile: string, io: CliIo, verbose: boolean) => Promise<string>;
  /** Folder of the pinned QEMU, fetched and unpacked where the store has none. */
  readonly ensureQemuTools: (recipeFile: string | undefined, io: CliIo, verbose: boolean) => Promise<string>;
}

/** The builder itself. */
export const builderServices: RunServices = { buildIso, ensureQemuTools };

async function buildIso(recipeFile: string, io: CliIo, verbose: boolean): Promise<string> {
  const { buildPlan, preparePlan } = await import('../../build/build.ts');
  const { loadRecipe } = await import('../../recipe/load.ts');
  return working(io, verbose, async (options) => {
    const { recipe, warnings } = await loadRecipe(resolve(io.cwd, recipeFile), { media: ['iso'] });
    for (const diagnostic of warnings) options.monitor({ type: 'warning', diagnostic });
    const files = await buildPlan(await preparePlan(recipe, options), resolve(io.cwd, 'out'), options);
    const iso = files.find(({ path }) => path.endsWith('.iso'));
    if (iso === undefined) throw new FailedError('no-iso', `${recipeFile} builds no ISO to run`);
    return iso.path;
  });
}

/**
 * A bare image has no lock beside it: the QEMU used last will do, else one chosen for a recipe of our own in the store, since
 * the shipped ones may lie where this user cannot write a lock.
 */
async function ensureQemuTools(recipeFile: string | undefined, io: CliIo, verbose: boolean): Promise<string> {
  const [{ openStore }, { storeDir }] = await Promise.all([
    import('../../store/store.ts'),
    import('../../store/paths.ts'),
  ]);
  const lastUsed = join(storeDir(io.env), 'qemu-used-last');
  if (recipeFile === undefined && existsSync(lastUsed)) {
    const found = openStore(storeDir(io.env)).find(readFileSync(lastUsed, 'utf8').trim());
    if (found !== undefined) return found.dir;
  }
  const [{ lockFor }, { downloads }, { execute }, { loadRecipe }, { toolsNode }, { findMirrors }] =
    await Promise.all([
      import('../../build/build.ts'),
      import('../../build/downloads.ts'),
      import('../../build/execute.ts'),
      import('../../recipe/load.ts'),
      import('../../steps/tools.ts'),
      import('../../debian/mirror.ts'),
    ]);
  return working(io, verbose, async (options) => {
    const { recipe } = await loadRecipe(resolve(io.cwd, recipeFile ?? ownRecipe(options.store.dir)));
    const { lock } = await lockFor(recipe, options);
    const mirrors = () => findMirrors(recipe, { explicit: undefined, env: io.env });
    const fetch = downloads(options.store, mirrors, options.signal, options.monitor);
    const [tools] = await execute([toolsNode('qemu', lock.tools.qemu)], {
      ...{ store: options.store, recipe: recipe.name, signal: options.signal },
      ...{ monitor: options.monitor, fetch },
    });
    if (tools === undefined) throw new Error('the QEMU tools step gave no artifact');
    writeFileSync(`${lastUsed}.${process.pid}`, `${tools.id}\n`);
    renameSync(`${lastUsed}.${process.pid}`, lastUsed);
    return tools.dir;
  });
}

function ownRecipe(storeDir: string): string {
  const file = join(storeDir, 'run', 'qemu.yaml');
  mkdirSync(dirname(file), { recursive: true });
  const base = join(packageRoot(), 'recipes', 'minimal.yaml');
  writeFileSync(file, `name: qemu\nextends: ${JSON.stringify(base)}\n`);
  return file;
}

async function working<T>(
  io: CliIo,
  verbose: boolean,
  work: (options: BuildOptions) => Promise<T>,
): Promise<T> {
  const [{ openStore }, { storeDir }, { showProgress }] = await Promise.all([
    import('../../store/store.ts'),
    import('../../store/paths.ts'),
    import('../progress/progress.ts'),
  ]);
  const progress = await showProgress(io, { mode: 'auto', verbose });
  let failed = true;
  try {
    const result = await work({
      store: openStore(storeDir(io.env)),
      env: io.env,
      signal: io.signal,
      monitor: progress.monitor,
    });
    failed = false;
    return result;
  } finally {
    await progress.finish(failed);
  }
}
