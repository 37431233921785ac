import type { Command } from 'commander';
import { type Diagnostic, UserError } from '../../base/errors.ts';
import { needText } from '../../base/memory-words.ts';
import { parseBytes } from '../../base/sizes.ts';
import type { LoadedRecipe } from '../../recipe/load.ts';
import type { Memory } from '../../steps/memory.ts';
import type { CheckedMemory } from '../check-memory.ts';
import type { CliIo } from '../io.ts';
import { collect } from '../options.ts';

interface CheckFlags {
  readonly resolved?: true;
  readonly json?: true;
  readonly set: readonly string[];
  readonly medium?: string;
  readonly memory?: string;
}

const examples = `
Examples:
  $ diskbios check mybox.yaml                     say everything that is wrong with it, at once
  $ diskbios check recipes/*.yaml
  $ diskbios check mybox.yaml --resolved          what it comes to, and where each value came from
  $ diskbios check mybox.yaml --set boot.timeout=0 --resolved
  $ diskbios check mybox.yaml --memory 256MiB     and say what memory it needs, before anything is built
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
    .option('--memory <size>', 'check that a machine with so much memory, such as 256MiB, can start it')
    .addHelpText('after', examples)
    .action((recipes: string[], flags: CheckFlags) => check(recipes, flags, io));
}

interface Checked {
  readonly recipe: string;
  readonly errors: readonly Diagnostic[];
  readonly warnings: readonly Diagnostic[];
  readonly loaded?: LoadedRecipe;
  /** What memory it needs, where that was asked for. */
  readonly memory?: Memory | undefined;
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
    const { errors, warnings, memory } = await memoryOf(loaded, flags, io);
    const drivers = await driversOf(loaded, io);
    return { recipe, errors, warnings: [...loaded.warnings, ...drivers, ...warnings], loaded, memory };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { recipe, errors: error.diagnostics, warnings: [] };
  }
}

async function show(results: readonly Checked[], flags: CheckFlags, io: CliIo): Promise<void> {
  const { oneDiagnostic } = await import('../report.ts');
  const { resolvedText } = await import('../../recipe/resolved.ts');
  for (const { recipe, errors, warnings, loaded, memory } of results) {
    for (const warning of warnings) io.err(oneDiagnostic(warning, 'warning', io.colour, io.cwd));
    if (loaded === undefined) continue;
    if (flags.resolved === true) io.out(resolvedText(loaded, io.cwd));
    else if (errors.length === 0) io.out(`${recipe}: no mistakes\n`);
    if (memory !== undefined && flags.resolved !== true) io.out(`${recipe}: ${memoryText(memory)}\n`);
  }
}

function memoryText({ need, context }: Memory): string {
  const how = context.estimate ? ', estimated from the sizes of the packages, since it is not built yet' : '';
  return `memory ${needText(need, context)}${how}`;
}

/** Devices without a driver, where the recipe is for one certain machine. */
async function driversOf({ recipe }: LoadedRecipe, io: CliIo): Promise<readonly Diagnostic[]> {
  if (recipe.hardware.from === undefined) return [];
  const { checkDrivers } = await import('../check-drivers.ts');
  return checkDrivers(recipe, io);
}

/** What memory a recipe needs, where `--memory` or the recipe asks, and what is wrong with it. */
async function memoryOf({ recipe }: LoadedRecipe, flags: CheckFlags, io: CliIo): Promise<CheckedMemory> {
  const limit = flags.memory === undefined ? recipe.hardware.memory : parseBytes(flags.memory);
  if (flags.memory !== undefined && limit === undefined) {
    throw new UserError({
      code: 'bad-value',
      message: `--memory ${flags.memory}: this is no size`,
      expected: 'a size such as 256MiB',
    });
  }
  if (limit === undefined) return { errors: [], warnings: [] };
  const { checkMemory } = await import('../check-memory.ts');
  return checkMemory(recipe, limit, io.env);
}

function asJson({ recipe, errors, warnings, loaded, memory }: Checked): object {
  return {
    ...{ recipe, ok: errors.length === 0, errors, warnings, resolved: loaded?.recipe },
    ...(memory === undefined ? {} : { memory: { ...memory.need, estimate: memory.context.estimate } }),
  };
}

/** Two recipes may share a parent, and its mistakes. */
function withoutRepeats(list: readonly Diagnostic[]): Diagnostic[] {
  const key = (each: Diagnostic): string => JSON.stringify([each.place, each.message]);
  return [...new Map(list.map((each) => [key(each), each])).values()];
}
