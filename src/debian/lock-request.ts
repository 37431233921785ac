import { readFileSync } from 'node:fs';
import type { Diagnostic } from '../base/errors.ts';
import { sha256 } from '../base/json.ts';
import { hardwarePackages } from '../recipe/hardware-packages.ts';
import type { Recipe } from '../recipe/types.ts';
import { changedTemplates, debianTemplates, type LockTemplate } from './lock-templates.ts';
import { perToolset, type Toolset, toolsets } from './toolsets.ts';

/** What was asked for when the packages were chosen. A lock fits a recipe whose request is the same. */
export interface LockRequest {
  readonly arch: string;
  readonly suite: string;
  readonly components: readonly string[];
  readonly updates: boolean;
  readonly security: boolean;
  readonly repositories: readonly LockRepository[];
  readonly packages: readonly string[];
  /** The kernel's package. */
  readonly kernel: string;
  readonly tools: Readonly<Record<Toolset, readonly string[]>>;
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
    kernel: recipe.kernel.package,
    tools: perToolset((name) => sortedSet(sets[name])),
    ...(firmware.length === 0 ? {} : { firmware }),
    ...(Object.keys(templates).length === 0 ? {} : { templates }),
  };
}

function sortedSet(words: readonly string[]): string[] {
  return [...new Set(words)].sort();
}

/** Where the recipe names a package of the image. */
export function packagePath(recipe: Recipe, name: string): readonly (string | number)[] {
  const index = recipe.pe.packages.indexOf(name);
  return index >= 0 ? ['pe', 'packages', index] : ['kernel', 'package'];
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
    note(`the kernel is ${locked.kernel} in the lock, ${wanted.kernel} here`, ['kernel', 'package']);
  }
  for (const name of wanted.packages) {
    if (!locked.packages.includes(name)) note(`${name} is not in the lock`, packagePath(recipe, name));
  }
  for (const name of locked.packages) {
    if (!wanted.packages.includes(name))
      note(`${name} is in the lock, but not in the recipe`, ['pe', 'packages']);
  }
  const [before, now] = [words(locked.firmware ?? []), words(wanted.firmware ?? [])];
  if (before !== now) note('the packages of firmware and microcode are not those of the lock', ['hardware']);
  for (const name of changedTemplates(locked.templates ?? {}, wanted.templates ?? {}))
    note(
      wanted.templates?.[name] === undefined
        ? `the template ${name} is in the lock, but not in the recipe`
        : `the packages of the template ${name} are not those of the lock`,
      ['templates', name],
    );
  if (JSON.stringify(locked.tools) !== JSON.stringify(wanted.tools)) {
    note('the lock was made for other build tools (by another version of diskbios)', []);
  }
  return differences;
}

function words(value: string | boolean | readonly string[]): string {
  return typeof value === 'object' ? value.join(' ') : String(value);
}
