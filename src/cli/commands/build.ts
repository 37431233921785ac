import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { InterruptedError } from '../../base/errors.ts';
import { needText } from '../../base/memory-words.ts';
import { formatBytes, formatDuration } from '../../base/sizes.ts';
import type { CliIo } from '../io.ts';
import { collect, mediaOption, type ProgressFlags, progressOptions, withProgressFlags } from '../options.ts';

interface BuildFlags extends ProgressFlags {
  readonly output: string;
  readonly medium?: string;
  readonly locked?: true;
  readonly set: string[];
  readonly mirror?: string;
  readonly timings?: string | true;
  readonly json?: true;
  readonly jobs?: string;
  readonly withAgent?: true;
}

const examples = `
Examples:
  $ diskbios build mybox.yaml
  $ diskbios build recipes/*.yaml -o images --medium iso
  $ diskbios build mybox.yaml --set pe.hostname=box7 --locked

The first build writes mybox.lock.json, which pins every package and build tool; commit it beside the recipe.
`;

/** `build RECIPE…` */
export function register(program: Command, io: CliIo): void {
  const command = program
    .command('build')
    .description('build the images of one or more recipes')
    .argument('<recipe...>', 'recipe files')
    .option('-o, --output <dir>', 'folder for the images', 'out')
    .option(
      '--medium <list>',
      'build only these media, comma-separated (default: all that the recipe describes)',
    )
    .option('--locked', 'refuse to change the lock')
    .option('--set <key=value>', 'override a value of the recipe (repeatable)', collect, [])
    .option('--mirror <url>', "Debian mirror to use, before the recipe's and the machine's")
    .option(
      '--with-agent',
      'images for test: with the agent that carries out commands, and `-agent` in their names; not for shipping',
    )
    .option('--jobs <n>', 'steps to run at once (default: processors + 1)')
    .option('--timings [file]', 'print how long each step took; with a file, write a Chrome trace')
    .option('--json', 'print what was built as JSON')
    .addHelpText('after', examples);
  withProgressFlags(command).action((recipes: string[], flags: BuildFlags) => build(recipes, flags, io));
}

async function build(recipes: string[], flags: BuildFlags, io: CliIo): Promise<void> {
  const started = performance.now();
  const [
    { buildPlan, preparePlan },
    { planMemory },
    { loadRecipe },
    { openStore },
    { storeDir },
    { showProgress },
  ] = await Promise.all([
    import('../../build/build.ts'),
    import('../../build/memory.ts'),
    import('../../recipe/load.ts'),
    import('../../store/store.ts'),
    import('../../store/paths.ts'),
    import('../progress/progress.ts'),
  ]);
  const media = mediaOption(flags.medium);
  const outDir = resolve(io.cwd, flags.output);
  const progress = await showProgress(io, { ...progressOptions(flags), kernel: true });
  const built = [];
  let failed = true;
  try {
    // All recipes are checked before the first is built.
    const loaded = [];
    for (const file of recipes) {
      loaded.push(
        await loadRecipe(file, {
          cwd: io.cwd,
          env: io.env,
          set: flags.set,
          ...(media === undefined ? {} : { media }),
        }),
      );
    }
    const options = {
      store: openStore(storeDir(io.env)),
      env: io.env,
      signal: io.signal,
      monitor: progress.monitor,
      media,
      locked: flags.locked === true,
      mirror: flags.mirror,
      jobs: flags.jobs === undefined ? undefined : Number(flags.jobs),
      agent: flags.withAgent === true,
    };
    for (const { recipe, warnings } of loaded) {
      for (const diagnostic of warnings) progress.monitor({ type: 'warning', diagnostic });
      const plan = await preparePlan(recipe, options);
      const files = await buildPlan(plan, outDir, options);
      const memory = planMemory(plan, options.store);
      built.push({
        ...{ recipe: recipe.name, files, memory: memory?.need },
        needs: memory && needText(memory.need, memory.context),
      });
    }
    failed = false;
  } catch (error) {
    throw io.signal.aborted ? new InterruptedError() : error;
  } finally {
    await progress.finish(failed);
  }
  if (flags.timings !== undefined) await tellTimings(flags.timings, progress.ended, io);
  if (flags.json === true)
    io.out(
      `${JSON.stringify(
        built.map((one) => ({ ...one, needs: undefined })),
        null,
        2,
      )}\n`,
    );
  else {
    for (const file of built.flatMap((one) => one.files)) {
      io.out(`${file.path}  ${formatBytes(file.size)}${file.unchanged ? '  (unchanged)' : ''}\n`);
    }
    for (const { recipe, needs } of built)
      if (needs !== undefined) io.err(`${recipe} needs memory: ${needs}\n`);
    io.err(`done in ${formatDuration(performance.now() - started)}\n`);
  }
}

async function tellTimings(
  to: string | true,
  ended: Parameters<typeof import('../progress/timings.ts').timingsTable>[0],
  io: CliIo,
): Promise<void> {
  const { chromeTrace, timingsTable } = await import('../progress/timings.ts');
  if (to === true) io.err(timingsTable(ended));
  else writeFileSync(resolve(io.cwd, to), chromeTrace(ended));
}
