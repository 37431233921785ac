import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FailedError, UserError } from '../base/errors.ts';
import { evaluate, type Values } from '../kernel/expression.ts';
import { parseConfig, settingLine } from '../kernel/fragment.ts';
import { type Kconfig, parseKconfig } from '../kernel/kconfig.ts';
import { kconfigVariables } from '../kernel/lost-options.ts';
import { type Fragment, mergeFragments } from '../kernel/merge.ts';
import { rewriteFragment, smallestFragment } from '../kernel/own-fragment.ts';
import { configScript, menuScript } from '../kernel/scripts.ts';
import { stepNode } from '../plan/node.ts';
import type { StepKind } from '../plan/types.ts';
import type { Recipe } from '../recipe/types.ts';
import type { KernelConfigParts } from '../steps/kernel-config.ts';
import { openWorkshop, workshopParts } from '../steps/kernel-workshop.ts';
import { writeWhole } from '../store/files.ts';
import { type BuildOptions, lockFor, machineToolchain } from './build.ts';
import { maker } from './kernel-config.ts';
import { sourceParts } from './kernel-parts.ts';

export interface Edited {
  /** The file that was written; `undefined`: nothing was changed. */
  readonly written: string | undefined;
  /** How many options it sets. */
  readonly options: number;
}

/**
 * Lets a person edit the configuration in the kernel's own menus, and writes what is theirs: into `output`, else into the
 * last of the recipe's fragments, where that is a file of the user's.
 */
export async function editKernelConfig(
  recipe: Recipe,
  output: string | undefined,
  options: BuildOptions,
): Promise<Edited> {
  const { from } = recipe.kernel;
  if (from.kind !== 'source')
    throw new UserError({
      code: 'no-kernel-config',
      message: 'only a kernel that is built from source can be configured',
      place: recipe.place(['kernel']),
      expected: '`kernel.source` and `kernel.config`',
    });
  const last = from.fragments.at(-1);
  const own = output ?? (last?.shipped === false ? last.file : undefined);
  if (own === undefined)
    throw new UserError({
      code: 'no-own-fragment',
      message: 'the recipe’s last fragment comes with diskbios, which is not to be changed',
      place: recipe.place(['kernel', 'config']),
      hint: 'say where to write with --output FILE, and name that file last in `kernel.config`',
    });
  const below = from.fragments.filter(({ file }) => file !== own);
  const { lock } = await lockFor(recipe, options);
  const host = await machineToolchain(recipe, options.monitor);
  const parts = sourceParts(from, lock, host);
  const made = await maker(recipe, options)(menuNode(parts, texts(from.fragments), texts(below)));
  const result = JSON.parse(readFileSync(made.file('result.json'), 'utf8')) as {
    settings: [string, string][] | null;
  };
  if (result.settings === null) return { written: undefined, options: 0 };
  const before = existsSync(own) ? readFileSync(own, 'utf8') : '';
  writeWhole(own, rewriteFragment(before, new Map(result.settings)));
  return { written: own, options: result.settings.length };
}

function texts(fragments: KernelConfigParts['fragments']): Fragment[] {
  return fragments.map((each) => ({ ...each, text: readFileSync(each.file, 'utf8') }));
}

const askedText = (settings: Iterable<readonly [string, string]>): string =>
  `${[...settings].map(([name, value]) => settingLine(name, value)).join('\n')}\n`;

const asPairs = (fragments: readonly Fragment[]): [string, string][] =>
  mergeFragments(fragments).asked.map(({ name, value }) => [name, value]);

/** A step, for the folders and the toolchain that steps get; each run is one of its own. */
function menuNode(parts: KernelConfigParts, all: readonly Fragment[], below: readonly Fragment[]) {
  const { inputs, files, tools, host } = workshopParts(parts.source, parts.toolchain);
  const suffix: [string, string][] =
    parts.suffix === '' ? [] : [['LOCALVERSION', JSON.stringify(parts.suffix)]];
  const kind: StepKind = {
    name: 'kernel-menuconfig',
    version: 1,
    waits: true,
    async run(context) {
      const workshop = await openWorkshop(context, host?.versions);
      const input = join(context.scratch, 'in');
      mkdirSync(input, { recursive: true });
      const settle = async (settings: Iterable<readonly [string, string]>): Promise<string> => {
        writeFileSync(join(input, 'asked'), askedText([...settings, ...suffix]));
        await workshop.run(configScript, { args: [parts.base], lock: 'config', input });
        return readFileSync(join(context.out, 'config'), 'utf8');
      };
      const start = await settle(asPairs(all));
      await workshop.run(menuScript, { args: [parts.base], lock: 'menu', input, terminal: true });
      const edited = join(context.out, 'edited');
      if (!existsSync(edited))
        throw new FailedError('no-menus', 'the kernel’s menus could not be shown', {
          hint: 'they need a terminal of at least 80 by 19 characters',
        });
      const wanted = readFileSync(edited, 'utf8');
      const save = (settings: [string, string][] | null): void =>
        writeFileSync(join(context.out, 'result.json'), JSON.stringify({ settings }));
      if (same(start, wanted)) {
        save(null);
        return;
      }
      const read = (path: string): string | undefined => {
        const file = join(workshop.dir, 'src', path);
        return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
      };
      const kconfig = parseKconfig(read, 'Kconfig', kconfigVariables);
      const settings = await smallestFragment(
        wanted,
        (more) => settle([...asPairs(below), ...more]),
        (name, config) => isOffered(kconfig, name, config),
        (name) => kconfig.selectorsOf(name).map(({ by }) => by.name),
      );
      save([...settings]);
    },
  };
  return stepNode(kind, {
    title: 'edit the configuration of the kernel',
    slot: '',
    options: { run: `${process.pid}-${Date.now()}` },
    ...{ inputs, files, tools },
  });
}

function same(one: string, other: string): boolean {
  const [a, b] = [parseConfig(one), parseConfig(other)];
  return [...new Set([...a.keys(), ...b.keys()])].every(
    (name) => (a.get(name) ?? 'n') === (b.get(name) ?? 'n'),
  );
}

/** Whether a person could set an option as the configuration is. */
function isOffered(kconfig: Kconfig, name: string, config: ReadonlyMap<string, string>): boolean {
  const values: Values = (other) => config.get(other) ?? 'n';
  return (kconfig.definitions.get(name) ?? []).some(
    ({ prompt, depends }) =>
      prompt !== undefined &&
      [prompt.visible, depends].every((part) => part === undefined || evaluate(part, values) !== 'n'),
  );
}
