import { type Command, Option } from 'commander';
import type { StepNode } from '../../plan/types.ts';
import type { Store } from '../../store/store.ts';
import type { CliIo } from '../io.ts';
import { collect, mediaOption, type ProgressFlags, progressOptions, withProgressFlags } from '../options.ts';

interface PlanFlags extends ProgressFlags {
  readonly json?: true;
  readonly graph?: 'mermaid' | 'dot';
  readonly medium?: string;
  readonly set: string[];
  readonly locked?: true;
  readonly mirror?: string;
  readonly all?: true;
  readonly withAgent?: true;
}

interface Row {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly state: 'stored' | 'runs';
  /** Why it runs. */
  readonly why: readonly string[];
}

const examples = `
Examples:
  $ diskbios plan mybox.yaml
  $ diskbios plan mybox.yaml --graph mermaid > plan.mmd
  $ diskbios plan mybox.yaml --json | jq '.[] | select(.state == "runs")'
`;

/** `plan RECIPE` */
export function register(program: Command, io: CliIo): void {
  const command = program
    .command('plan')
    .description('show the steps of a build: which are in the store, which would run, and why')
    .argument('<recipe>', 'recipe file')
    .option('--all', 'list the steps of single packages too')
    .option('--json', 'print the steps as JSON')
    .addOption(new Option('--graph <format>', 'print the steps as a graph').choices(['mermaid', 'dot']))
    .option('--medium <list>', 'plan only these media, comma-separated')
    .option('--set <key=value>', 'override a value of the recipe (repeatable)', collect, [])
    .option('--with-agent', 'plan the images with the agent for tests')
    .option('--locked', 'refuse to change the lock')
    .option('--mirror <url>', "Debian mirror to use, before the recipe's and the machine's")
    .addHelpText('after', examples);
  withProgressFlags(command).action((recipe: string, flags: PlanFlags) => plan(recipe, flags, io));
}

async function plan(file: string, flags: PlanFlags, io: CliIo): Promise<void> {
  const [
    { neededNodes, preparePlan },
    { loadRecipe },
    { openStore },
    { storeDir },
    { showProgress },
    { drawGraph },
  ] = await Promise.all([
    import('../../build/build.ts'),
    import('../../recipe/load.ts'),
    import('../../store/store.ts'),
    import('../../store/paths.ts'),
    import('../progress/progress.ts'),
    import('../../plan/graph.ts'),
  ]);
  const media = mediaOption(flags.medium);
  const { recipe } = await loadRecipe(file, {
    cwd: io.cwd,
    env: io.env,
    set: flags.set,
    ...(media === undefined ? {} : { media }),
  });
  const store = openStore(storeDir(io.env));
  const progress = await showProgress(io, { ...progressOptions(flags), mode: 'none' });
  const built = await preparePlan(recipe, {
    store,
    env: io.env,
    signal: io.signal,
    monitor: progress.monitor,
    media,
    locked: flags.locked === true,
    mirror: flags.mirror,
    agent: flags.withAgent === true,
  });
  const targets = built.targets.map((target) => target.node);
  if (flags.graph !== undefined) {
    io.out(drawGraph(targets, flags.graph));
    return;
  }
  const rows = await rowsOf(neededNodes(built, store), store, recipe.name);
  io.out(flags.json === true ? `${JSON.stringify(rows, null, 2)}\n` : table(rows, flags.all === true));
}

async function rowsOf(nodes: readonly StepNode[], store: Store, recipe: string): Promise<Row[]> {
  const { reasons, slotName } = await import('../../plan/why.ts');
  return [...nodes].reverse().map((node) => {
    const stored = store.find(node.id) !== undefined;
    const why = stored ? [] : reasons(store.lastMade(slotName(recipe, node)), node);
    return { id: node.id, kind: node.kind.name, title: node.title, state: stored ? 'stored' : 'runs', why };
  });
}

function table(rows: readonly Row[], all: boolean): string {
  const shown = rows.filter((row) => all || row.kind !== 'package');
  const hidden = rows.filter((row) => !shown.includes(row));
  const lines = shown.map((row) => {
    const line = `${row.state.padEnd(7)} ${row.id.slice(0, 12)}  ${row.title}`;
    return row.why.length === 0 ? line : `${line}\n${' '.repeat(22)}${summary(row.why)}`;
  });
  if (hidden.length > 0) {
    const running = hidden.filter((row) => row.state === 'runs').length;
    lines.unshift(`packages: ${running} to read, ${hidden.length - running} in the store (--all lists them)`);
  }
  const runs = rows.filter((row) => row.state === 'runs').length;
  lines.push(runs === 0 ? 'Nothing to do.' : `${runs} of ${rows.length} steps would run.`);
  return `${lines.join('\n')}\n`;
}

function summary(why: readonly string[]): string {
  return why.length <= 4 ? why.join('; ') : `${why.slice(0, 3).join('; ')}; and ${why.length - 3} more`;
}
