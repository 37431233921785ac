import type { Command } from 'commander';
import { type Diagnostic, UserError } from '../../base/errors.ts';
import type { LoadedRecipe } from '../../recipe/load.ts';
import type { CliIo } from '../io.ts';
import { collect } from '../options.ts';

interface CheckFlags {
  readonly resolved?: true;
  readonly json?: true;
  readonly set: readonly string[];
  readonly medium?: string;
}

const examples = `
Examples:
  $ diskbios check mybox.yaml                     say everything that is wrong with it, at once
  $ diskbios check recipes/*.yaml
  $ diskbios check mybox.yaml --resolved          what it comes to, and where each value came from
  $ diskbios check mybox.yaml --set boot.timeout=0 --resolved
`;

/** `check RECIPE…` */
export function register(program: Command, io: CliIo): void {
  program
    .command('check')
    .description('find all mistakes in recipes; --resolved shows what a recipe comes to')
    .argument('<recipe...>', 'recipe files, or names of recipes that come with diskbios')
    .option('--resolved', 'print the merged recipe as YAML, with the place that each value came from')
    .option('--json', 'print the result as JSON')
    .option('--set <key=value>', 'override a value of the recipe (repeatable)', collect, [])
    .option(
      '--medium <list>',
      'check for these media, comma-separated (default: all that the recipe describes)',
    )
    .addHelpText('after', examples)
    .action((recipes: string[], flags: CheckFlags) => check(recipes, flags, io));
}

interface Checked {
  readonly recipe: string;
  readonly errors: readonly Diagnostic[];
  readonly warnings: readonly Diagnostic[];
  readonly loaded?: LoadedRecipe;
}

async function check(recipes: readonly string[], flags: CheckFlags, io: CliIo): Promise<void> {
  const results: Checked[] = [];
  for (const recipe of recipes) results.push(await checkOne(recipe, flags, io));
  if (flags.json === true) io.out(`${JSON.stringify(results.map(asJson), null, 2)}\n`);
  else await show(results, flags, io);
  const mistakes = withoutRepeats(results.flatMap((result) => result.errors));
  if (mistakes.length > 0) throw new UserError(mistakes);
}

async function checkOne(recipe: string, flags: CheckFlags, io: CliIo): Promise<Checked> {
  const { loadRecipe } = await import('../../recipe/load.ts');
  const media = flags.medium?.split(',').map((word) => word.trim()) ?? [];
  try {
    const loaded = await loadRecipe(recipe, { set: flags.set, media, env: io.env, cwd: io.cwd });
    return { recipe, errors: [], warnings: loaded.warnings, loaded };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { recipe, errors: error.diagnostics, warnings: [] };
  }
}

async function show(results: readonly Checked[], flags: CheckFlags, io: CliIo): Promise<void> {
  const { oneDiagnostic } = await import('../report.ts');
  const { resolvedText } = await import('../../recipe/resolved.ts');
  for (const { recipe, warnings, loaded } of results) {
    for (const warning of warnings) io.err(oneDiagnostic(warning, 'warning', io.colour, io.cwd));
    if (loaded === undefined) continue;
    io.out(flags.resolved === true ? resolvedText(loaded, io.cwd) : `${recipe}: no mistakes\n`);
  }
}

function asJson({ recipe, errors, warnings, loaded }: Checked): object {
  return { recipe, ok: errors.length === 0, errors, warnings, resolved: loaded?.recipe };
}

/** Two recipes may share a parent, and its mistakes. */
function withoutRepeats(list: readonly Diagnostic[]): Diagnostic[] {
  const key = (each: Diagnostic): string => JSON.stringify([each.place, each.message]);
  return [...new Map(list.map((each) => [key(each), each])).values()];
}
