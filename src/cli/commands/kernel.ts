import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { BuildOptions } from '../../build/build.ts';
import type { Recipe } from '../../recipe/types.ts';
import type { CliIo } from '../io.ts';
import { collect, type ProgressFlags, progressOptions, withProgressFlags } from '../options.ts';

interface KernelFlags extends ProgressFlags {
  readonly set: string[];
  readonly mirror?: string;
  readonly against?: string;
  readonly all?: true;
  readonly json?: true;
  readonly output?: string;
}

/** `kernel config RECIPE`, `kernel menuconfig RECIPE` */
export function register(program: Command, io: CliIo): void {
  const kernel = program
    .command('kernel')
    .description('look at the configuration of a kernel that is built from source, and edit it')
    .addHelpText(
      'after',
      '\nExamples:\n  $ diskbios kernel config mybox.yaml --against debian\n  $ diskbios kernel menuconfig mybox.yaml\n',
    );
  const common = (command: Command): Command =>
    withProgressFlags(
      command
        .argument('<recipe>', 'recipe file')
        .option('--set <key=value>', 'override a value of the recipe (repeatable)', collect, [])
        .option('--mirror <url>', "Debian mirror to use, before the recipe's and the machine's"),
    );
  common(kernel.command('config').description('print the finished configuration, or what it has otherwise'))
    .option(
      '--against <what>',
      'print the differences: to `debian` (its configuration of the same source), a recipe, or a configuration file',
    )
    .option('--all', 'with --against: also what follows from the compiler and the architecture')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  $ diskbios kernel config mybox.yaml >full.config\n  $ diskbios kernel config mybox.yaml --against debian\n',
    )
    .action((recipe: string, flags: KernelFlags) => config(recipe, flags, io));
  common(
    kernel
      .command('menuconfig')
      .description(
        "edit the options in the kernel's own menus; what changed goes into the recipe's last file of its own",
      ),
  )
    .option('-o, --output <file>', 'write this file instead')
    .addHelpText('after', '\nExample:\n  $ diskbios kernel menuconfig mybox.yaml --output mine.config\n')
    .action((recipe: string, flags: KernelFlags) => menu(recipe, flags, io));
}

async function withWork<T>(
  flags: KernelFlags,
  io: CliIo,
  work: (options: BuildOptions, load: (file: string) => Promise<Recipe>) => Promise<T>,
): Promise<T> {
  const [{ loadRecipe }, { openStore }, { storeDir }, { showProgress }] = await Promise.all([
    import('../../recipe/load.ts'),
    import('../../store/store.ts'),
    import('../../store/paths.ts'),
    import('../progress/progress.ts'),
  ]);
  // A display that moves would write over the result, or over the menus.
  const mode = flags.progress === 'auto' ? 'plain' : flags.progress;
  const progress = await showProgress(io, { ...progressOptions(flags), mode });
  const options = {
    ...{ store: openStore(storeDir(io.env)), env: io.env, signal: io.signal, monitor: progress.monitor },
    mirror: flags.mirror,
  };
  let failed = true;
  try {
    const result = await work(options, async (file) => {
      const { recipe, warnings } = await loadRecipe(file, { set: flags.set, env: io.env, cwd: io.cwd });
      for (const diagnostic of warnings) progress.monitor({ type: 'warning', diagnostic });
      return recipe;
    });
    failed = false;
    return result;
  } finally {
    await progress.finish(failed);
  }
}

async function config(file: string, flags: KernelFlags, io: CliIo): Promise<void> {
  const { kernelConfigOf, debianConfigOf } = await import('../../build/kernel-config.ts');
  const { compareConfigs, differencesText } = await import('../../kernel/compare.ts');
  const { against } = flags;
  const texts = await withWork(flags, io, async (options, load) => {
    const recipe = await load(file);
    const own = await kernelConfigOf(recipe, options);
    if (against === undefined) return { own, other: undefined };
    if (against === 'debian') return { own, other: await debianConfigOf(recipe, options) };
    const other = /\.ya?ml$/.test(against)
      ? await kernelConfigOf(await load(against), options)
      : readFileSync(resolve(io.cwd, against), 'utf8');
    return { own, other };
  });
  const { own, other } = texts;
  if (other === undefined) {
    const { parseConfig } = await import('../../kernel/fragment.ts');
    io.out(flags.json === true ? `${JSON.stringify(Object.fromEntries(parseConfig(own)), null, 2)}\n` : own);
    return;
  }
  const differences = compareConfigs(other, own, flags.all === true);
  io.out(
    flags.json === true
      ? `${JSON.stringify(differences, null, 2)}\n`
      : differencesText(differences, { from: against ?? '', to: file }),
  );
}

async function menu(file: string, flags: KernelFlags, io: CliIo): Promise<void> {
  const { editKernelConfig } = await import('../../build/kernel-menu.ts');
  const { written, options: count } = await withWork(flags, io, async (options, load) =>
    editKernelConfig(await load(file), flags.output && resolve(io.cwd, flags.output), options),
  );
  io.out(
    written === undefined
      ? 'nothing was changed\n'
      : `${written} is written: ${count} ${count === 1 ? 'option' : 'options'}\n`,
  );
}
