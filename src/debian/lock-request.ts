import { readFileSync } from 'node:fs';
import type { Diagnostic } from '../base/errors.ts';
import { sha256 } from '../base/json.ts';
import { consolePackages } from '../recipe/console-packages.ts';
import { hardwarePackages } from '../recipe/hardware-packages.ts';
import type { Recipe } from '../recipe/types.ts';
import { changedTemplates, debianTemplates, type LockTemplate } from './lock-templates.ts';
import { perToolset, type Toolset, toolchains, toolsets } from './toolsets.ts';

/** What was asked for when the packages were chosen. A lock fits a recipe whose request is the same. */
export interface LockRequest {
  readonly arch: string;
  readonly suite: string;
  readonly components: readonly string[];
  readonly updates: boolean;
  readonly security: boolean;
  readonly repositories: readonly LockRepository[];
  readonly packages: readonly string[];
  /** The package of the kernel, or of its source; empty where no package brings it. */
  readonly kernel: string;
  readonly tools: Readonly<Record<Toolset, readonly string[]>>;
  /** What builds the kernel; left out where the recipe builds none. */
  readonly toolchain?: readonly string[];
  /** Packages that the screen's font and keymap are taken from; left out where the recipe asks for none. */
  readonly console?: readonly string[];
  /** Packages that firmware and microcode are taken from; left out where the recipe asks for none. */
  readonly firmware?: readonly string[];
  /** Left out where the recipe has none. */
  readonly templates?: Readonly<Record<string, LockTemplate>>;
}

interface LockRepository {
  readonly name: string;
  readonly suite: string;
  readonly components: readonly string[];
  /** SHA-256 of the public key. */
  readonly key: string;
}

/** What a recipe asks for. */
export function requestOf(recipe: Recipe): LockRequest {
  const { source, arch } = recipe;
  const sets = toolsets[arch];
  const templates = debianTemplates(recipe);
  const toolchain = toolchainOf(recipe);
  const console = consolePackages(recipe.pe.console);
  const firmware = hardwarePackages(recipe.hardware);
  return {
    arch,
    suite: source.suite,
    components: source.components,
    updates: source.updates,
    security: source.security,
    repositories: source.repositories.map(({ name, suite, components, key }) => ({
      name,
      suite,
      components,
      key: sha256(readFileSync(key)),
    })),
    packages: sortedSet(recipe.pe.packages),
    kernel: kernelPackage(recipe) ?? '',
    tools: perToolset((name) => sortedSet(sets[name])),
    ...(toolchain.length === 0 ? {} : { toolchain }),
    ...(console.length === 0 ? {} : { console }),
    ...(firmware.length === 0 ? {} : { firmware }),
    ...(Object.keys(templates).length === 0 ? {} : { templates }),
  };
}

/** The package that holds a recipe's kernel, or its source. */
function kernelPackage({ kernel: { from } }: Recipe): string | undefined {
  if (from.kind === 'package') return from.package;
  return from.kind === 'source' && from.source.kind === 'package' ? from.source.package : undefined;
}

/** What builds a recipe's kernel; Debian's own configuration of it, to compare with, is among them. */
function toolchainOf({ arch, kernel: { from } }: Recipe): string[] {
  if (from.kind !== 'source') return [];
  const { source } = from;
  const version = source.kind === 'package' ? /^linux-source-(\d.*)$/.exec(source.package)?.[1] : undefined;
  return sortedSet([...toolchains[arch], ...(version === undefined ? [] : [`linux-config-${version}`])]);
}

/** Where a recipe names what its kernel comes from. */
export function kernelPath({ kernel: { from } }: Recipe): readonly string[] {
  return ['kernel', from.kind];
}

function sortedSet(words: readonly string[]): string[] {
  return [...new Set(words)].sort();
}

/** Where the recipe names a package of the image. */
export function packagePath(recipe: Recipe, name: string): readonly (string | number)[] {
  const index = recipe.pe.packages.indexOf(name);
  return index >= 0 ? ['pe', 'packages', index] : kernelPath(recipe);
}

/** Every way in which a lock's request differs from the recipe's, at the place in the recipe; empty where it fits. */
export function requestDifferences(locked: LockRequest, wanted: LockRequest, recipe: Recipe): Diagnostic[] {
  const differences: Diagnostic[] = [];
  const note = (message: string, path: readonly (string | number)[]): void => {
    differences.push({ code: 'lock-outdated', message, place: recipe.place(path) });
  };
  for (const key of ['arch', 'suite', 'components', 'updates', 'security'] as const) {
    const [before, now] = [words(locked[key]), words(wanted[key])];
    if (before !== now) {
      note(`${key}: ${before} in the lock, ${now} here`, key === 'arch' ? ['arch'] : ['packages', key]);
    }
  }
  if (JSON.stringify(locked.repositories) !== JSON.stringify(wanted.repositories)) {
    note('the repositories or their keys are not those of the lock', ['packages', 'repositories']);
  }
  if (locked.kernel !== wanted.kernel) {
    const named = (name: string): string => (name === '' ? 'of no package' : name);
    note(
      `the kernel is ${named(locked.kernel)} in the lock, ${named(wanted.kernel)} here`,
      kernelPath(recipe),
    );
  }
  for (const name of wanted.packages) {
    if (!locked.packages.includes(name)) note(`${name} is not in the lock`, packagePath(recipe, name));
  }
  for (const name of locked.packages) {
    if (!wanted.packages.includes(name))
      note(`${name} is in the lock, but not in the recipe`, ['pe', 'packages']);
  }
  if (words(locked.console ?? []) !== words(wanted.console ?? []))
    note('font and keymap of the screen come from other packages than those of the lock', ['pe', 'console']);
  const [before, now] = [words(locked.firmware ?? []), words(wanted.firmware ?? [])];
  if (before !== now) note('the packages of firmware and microcode are not those of the lock', ['hardware']);
  for (const name of changedTemplates(locked.templates ?? {}, wanted.templates ?? {}))
    note(
      wanted.templates?.[name] === undefined
        ? `the template ${name} is in the lock, but not in the recipe`
        : `the packages of the template ${name} are not those of the lock`,
      ['templates', name],
    );
  if (JSON.stringify(locked.toolchain) !== JSON.stringify(wanted.toolchain)) {
    note('what builds the kernel is not in the lock as it is wanted here', kernelPath(recipe));
  }
  if (JSON.stringify(locked.tools) !== JSON.stringify(wanted.tools)) {
    note('the lock was made for other build tools (by another version of diskbios)', []);
  }
  return differences;
}

function words(value: string | boolean | readonly string[]): string {
  return typeof value === 'object' ? value.join(' ') : String(value);
}
