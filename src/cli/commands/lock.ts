import { relative, resolve } from 'node:path';
import type { Command } from 'commander';
import type { EnsuredLock } from '../../debian/lock.ts';
import type { CliIo } from '../io.ts';
import { collect, type ProgressFlags, progressOptions, withProgressFlags } from '../options.ts';

interface LockFlags extends ProgressFlags {
  readonly update?: true | string[];
  readonly set: string[];
  readonly mirror?: string;
  readonly json?: true;
}

const examples = `
Examples:
  $ diskbios lock mybox.yaml                   make the lock, or bring it up to date with the recipe
  $ diskbios lock mybox.yaml --update          take the newest version of everything
  $ diskbios lock mybox.yaml --update lxc      take the newest version of lxc only
`;

/** `lock RECIPE` */
export function register(program: Command, io: CliIo): void {
  const command = program
    .command('lock')
    .description('pin every package and build tool of a recipe in its lock file')
    .argument('<recipe>', 'recipe file')
    .option('--update [names...]', 'take newer versions: of these packages, or of all')
    .option('--set <key=value>', 'override a value of the recipe (repeatable)', collect, [])
    .option('--mirror <url>', "Debian mirror to use, before the recipe's and the machine's")
    .option('--json', 'print what changed as JSON')
    .addHelpText('after', examples);
  withProgressFlags(command).action((recipe: string, flags: LockFlags) => lock(recipe, flags, io));
}

async function lock(file: string, flags: LockFlags, io: CliIo): Promise<void> {
  const [{ ensureLock }, { loadRecipe }, { openStore }, { storeDir }, { showProgress }] = await Promise.all([
    import('../../debian/lock.ts'),
    import('../../recipe/load.ts'),
    import('../../store/store.ts'),
    import('../../store/paths.ts'),
    import('../progress/progress.ts'),
  ]);
  const progress = await showProgress(io, progressOptions(flags));
  let failed = true;
  try {
    const { recipe, warnings } = await loadRecipe(file, { set: flags.set, env: io.env, cwd: io.cwd });
    for (const diagnostic of warnings) progress.monitor({ type: 'warning', diagnostic });
    const store = openStore(storeDir(io.env));
    const ensured = await ensureLock(recipe, {
      mode: flags.update === undefined ? 'refresh' : 'update',
      update: flags.update === true ? [] : flags.update,
      aptDir: resolve(store.dir, 'apt'),
      tmpDir: store.tmp,
      signal: io.signal,
      monitor: progress.monitor,
      mirrors: { explicit: flags.mirror, env: io.env },
    });
    failed = false;
    await progress.finish(failed);
    tell(ensured, flags.json === true, io);
  } finally {
    if (failed) await progress.finish(failed);
  }
}

function tell({ file, changed, summary, text }: EnsuredLock, json: boolean, io: CliIo): void {
  if (json) {
    io.out(`${JSON.stringify({ file, changed, sets: summary }, null, 2)}\n`);
    return;
  }
  const name = relative(io.cwd, file);
  if (text !== '') io.out(`${text}\n`);
  io.out(changed ? `${name} is written\n` : `${name} is up to date\n`);
}
