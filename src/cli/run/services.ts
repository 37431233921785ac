import { resolve } from 'node:path';
import { FailedError } from '../../base/errors.ts';
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
    const plan = await preparePlan(recipe, { ...options, media: ['iso'] });
    const files = await buildPlan(plan, resolve(io.cwd, 'out'), options);
    const iso = files.find(({ path }) => path.endsWith('.iso'));
    if (iso === undefined) throw new FailedError('no-iso', `${recipeFile} builds no ISO to run`);
    return iso.path;
  });
}

async function ensureQemuTools(recipeFile: string | undefined, io: CliIo, verbose: boolean): Promise<string> {
  const [{ qemuForImages, qemuOfRecipe, qemuUsedLast }, { loadRecipe }, { openStore }, { storeDir }] =
    await Promise.all([
      import('../../proof/qemu.ts'),
      import('../../recipe/load.ts'),
      import('../../store/store.ts'),
      import('../../store/paths.ts'),
    ]);
  const usedLast = recipeFile === undefined ? qemuUsedLast(openStore(storeDir(io.env))) : undefined;
  if (usedLast !== undefined) return usedLast;
  return working(io, verbose, async (options) => {
    if (recipeFile === undefined) return qemuForImages(options);
    const { recipe } = await loadRecipe(resolve(io.cwd, recipeFile));
    return qemuOfRecipe(recipe, options);
  });
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
