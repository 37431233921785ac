import { readFileSync } from 'node:fs';
import { FailedError, UserError } from '../base/errors.ts';
import type { Lock } from '../debian/lock-file.ts';
import { findMirrors } from '../debian/mirror.ts';
import type { LockedPackage } from '../debian/package.ts';
import type { Artifact, StepNode } from '../plan/types.ts';
import type { Recipe } from '../recipe/types.ts';
import { configFiles, kernelConfigNode } from '../steps/kernel-config.ts';
import { packageNode } from '../steps/package.ts';
import { fileReader } from '../steps/read-file.ts';
import { loadEntries } from '../steps/tree-file.ts';
import { run } from '../sys/run.ts';
import { type BuildOptions, lockFor, machineToolchain, placed } from './build.ts';
import { downloads } from './downloads.ts';
import { execution } from './execute.ts';
import { sourceParts } from './kernel-parts.ts';

/** What makes single steps of a recipe. */
export function maker(recipe: Recipe, options: BuildOptions): (node: StepNode) => Promise<Artifact> {
  const mirrors = (): ReturnType<typeof findMirrors> =>
    findMirrors(recipe, { explicit: options.mirror, env: options.env });
  const make = execution({
    ...{ store: options.store, recipe: recipe.name, signal: options.signal, monitor: options.monitor },
    ...downloads(options.store, mirrors, options.signal, options.monitor),
  });
  return (node) =>
    make(node).catch((error: unknown) => {
      throw placed(error, recipe);
    });
}

/** The finished configuration of a recipe's kernel. */
export async function kernelConfigOf(recipe: Recipe, options: BuildOptions): Promise<string> {
  const { from } = recipe.kernel;
  if (from.kind === 'file')
    throw new UserError({
      code: 'no-kernel-config',
      message: 'a kernel that was built elsewhere does not say how it was configured',
      place: recipe.place(['kernel', 'file']),
    });
  const { lock } = await lockFor(recipe, options);
  const make = maker(recipe, options);
  if (from.kind === 'package')
    return packagedConfig(lock.kernel, /^boot\/config-/, make, `of ${from.package}`);
  const host = await machineToolchain(recipe, options.monitor);
  const made = await make(kernelConfigNode(sourceParts(from, lock, host)));
  return readFileSync(made.file(configFiles.config), 'utf8');
}

/** Debian's configuration of the same source. */
export async function debianConfigOf(recipe: Recipe, options: BuildOptions): Promise<string> {
  const { lock } = await lockFor(recipe, options);
  const packages = debianConfigs(lock);
  if (packages.length === 0)
    throw new UserError({
      code: 'no-kernel-config',
      message: 'the source of this kernel is not Debian’s, so there is no configuration of Debian’s for it',
      place: recipe.place(['kernel']),
      hint: 'compare it with a recipe: --against RECIPE',
    });
  const what = /\/config\.amd64_none_amd64(\.xz)?$/;
  return packagedConfig(packages, what, maker(recipe, options), 'of Debian’s source');
}

const debianConfigs = (lock: Lock): LockedPackage[] =>
  (lock.toolchain ?? []).filter(({ name }) => name.startsWith('linux-config-'));

async function packagedConfig(
  packages: readonly LockedPackage[],
  wanted: RegExp,
  make: (node: StepNode) => Promise<Artifact>,
  what: string,
): Promise<string> {
  using reader = fileReader();
  for (const pkg of packages) {
    const artifact = await make(packageNode(pkg));
    const entry = loadEntries(artifact.file('tree.json')).find(
      (one) => one.type === 'file' && wanted.test(one.path),
    );
    if (entry?.type !== 'file') continue;
    const bytes = reader.read(entry);
    if (!entry.path.endsWith('.xz')) return bytes.toString('utf8');
    return (await run(['xz', '-dc'], { stdin: bytes })).stdout;
  }
  throw new FailedError('no-kernel-config', `the configuration ${what} is not in its package`);
}
