import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LockedPackage } from '../debian/package.ts';
import { type Entry, Tree } from '../formats/tree.ts';
import { stepNode } from '../plan/node.ts';
import type { Artifact, StepContext, StepKind, StepNode } from '../plan/types.ts';
import type { LivefsFormat } from '../recipe/types.ts';
import { type ExcludedCount, excluder } from '../rootfs/exclude.ts';
import { finishPackages } from '../rootfs/registry.ts';
import type { InstalledPackage } from '../rootfs/types.ts';
import { packLayer } from './livefs.ts';
import { type PackageControl, packageArtifacts, packageInputs } from './package.ts';
import { fileReader } from './read-file.ts';
import { loadEntries, saveTree } from './tree-file.ts';

interface PackagesLayerOptions {
  readonly format: LivefsFormat;
  readonly arch: string;
  /** Globs of paths left out of packages. */
  readonly exclude: readonly string[];
  /** Package name → version and architecture. */
  readonly packages: Readonly<Record<string, { readonly version: string; readonly arch: string }>>;
}

/** `packages.json` of the layer: what was left out. */
export interface PackagesLayerFacts {
  readonly excluded: readonly ExcludedCount[];
}

interface Merged {
  readonly tree: Tree;
  readonly installed: readonly InstalledPackage[];
  readonly excluded: readonly ExcludedCount[];
}

function controlOf(artifact: Artifact): PackageControl {
  return JSON.parse(readFileSync(artifact.file('control.json'), 'utf8')) as PackageControl;
}

/** All packages' files in one tree, without what is excluded. */
function mergePackages(
  context: StepContext,
  options: Pick<PackagesLayerOptions, 'exclude' | 'packages'>,
): Merged {
  const tree = new Tree();
  const exclude = excluder(options.exclude);
  const installed = packageArtifacts(context.inputs).map(({ name, artifact }): InstalledPackage => {
    const files: string[] = [];
    for (const entry of loadEntries(artifact.file('tree.json'))) {
      const kept = exclude.keep(entry);
      if (kept === undefined) continue;
      tree.add(kept);
      files.push(kept.path);
    }
    const { control, scripts } = controlOf(artifact);
    const { version, arch } = options.packages[name] ?? { version: '', arch: '' };
    return { name, version, arch, control, scripts: scripts, files };
  });
  return { tree, installed, excluded: exclude.counts() };
}

/** The tree of all packages, finished without their scripts; what a script would have done and is not known is warned of. */
export async function finishedPackages(
  context: StepContext,
  options: Pick<PackagesLayerOptions, 'exclude' | 'packages' | 'arch'>,
  finish: typeof finishPackages,
): Promise<Pick<Merged, 'tree' | 'excluded'>> {
  using reader = fileReader();
  const { tree, installed, excluded } = mergePackages(context, options);
  const { warnings } = await finish({
    tree,
    read: (entry) => Promise.resolve(reader.read(entry)),
    packages: installed,
    epoch: context.epoch,
    arch: options.arch,
  });
  for (const warning of warnings) context.warn(warning);
  return { tree, excluded };
}

/** Times after the epoch (a package newer than SOURCE_DATE_EPOCH) are brought back to it. */
export function clamped(entry: Entry, epoch: number): Entry {
  return entry.mtime > epoch ? { ...entry, mtime: epoch } : entry;
}

/** The content of small generated files stays readable for the layer above; packages' files are in the image only. */
function listed(entry: Entry): Entry {
  if (entry.type !== 'file' || 'bytes' in entry.content) return entry;
  return { ...entry, content: { bytes: new Uint8Array() } };
}

/** The layer of all packages, finished without running their maintainer scripts. */
export const packagesLayerStep: StepKind = {
  name: 'packages-layer',
  version: 2,
  bulk: true,
  async run(context, json) {
    const options = json as unknown as PackagesLayerOptions;
    const { tree, excluded } = await finishedPackages(context, options, finishPackages);
    const entries = tree.list().map((entry) => clamped(entry, context.epoch));
    await packLayer(context, options.format, entries);
    saveTree(join(context.out, 'tree.json'), entries.map(listed));
    const facts: PackagesLayerFacts = { excluded };
    writeFileSync(join(context.out, 'packages.json'), JSON.stringify(facts));
  },
};

export function packagesLayerNode(
  packages: readonly LockedPackage[],
  options: Omit<PackagesLayerOptions, 'packages'>,
  tools: StepNode,
  epoch: number,
): StepNode {
  const versions = Object.fromEntries(packages.map(({ name, version, arch }) => [name, { version, arch }]));
  return stepNode(packagesLayerStep, {
    title: `compose and pack ${packages.length} packages`,
    options: { ...options, packages: versions },
    inputs: packageInputs(packages),
    tools,
    epoch,
  });
}
