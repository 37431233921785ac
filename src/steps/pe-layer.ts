import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../base/json.ts';
import { sha256 } from '../base/json.ts';
import type { Entry, Tree } from '../formats/tree.ts';
import { Tree as EmptyTree } from '../formats/tree.ts';
import { stepNode } from '../plan/node.ts';
import type { Overlay, OverlayEntry } from '../plan/source.ts';
import type { StepKind, StepNode } from '../plan/types.ts';
import type { LivefsFormat } from '../recipe/types.ts';
import { finishIdentity } from '../rootfs/registry.ts';
import type { PeIdentity } from '../rootfs/types.ts';
import { consoleEntries } from './console.ts';
import { packLayer } from './livefs.ts';
import { withoutContent } from './modules-layer.ts';
import { overlayEntry } from './overlay-entry.ts';
import { fileReader } from './read-file.ts';
import { loadTree, saveTree } from './tree-file.ts';

/** `digests.json`: SHA-256 of each file, since no package vouches for them. */
export const digestsName = 'digests.json';

interface PeLayerOptions {
  readonly format: LivefsFormat;
  readonly arch: string;
  readonly identity: PeIdentity;
  readonly overlay: readonly OverlayEntry[];
}

/** What the upper tree holds that differs from the lower one it was laid over. */
function difference(lower: Tree, upper: Tree): Entry[] {
  return upper.list().filter((entry) => lower.get(entry.path) !== entry);
}

/**
 * The topmost layer: template, the PE's programs, the recipe's files, and what finishing makes of hostname, users and
 * the like. Small, so that changing one file packs only this again.
 */
export const peLayerStep: StepKind = {
  name: 'pe-layer',
  version: 4,
  async run(context, json) {
    const { format, arch, identity, overlay } = json as unknown as PeLayerOptions;
    using reader = fileReader();
    const packages = context.inputs['packages'];
    if (packages === undefined) throw new Error('the PE layer has no packages below it');
    const lower = loadTree(packages.file('tree.json'));
    const tree = new EmptyTree();
    for (const entry of lower) tree.add(entry);
    for (const entry of consoleEntries(context.inputs['console'], context.epoch)) tree.add(entry, 'replace');
    for (const item of overlay) tree.add(overlayEntry(context, item), 'replace');
    const finished = await finishIdentity({
      tree,
      read: (entry) => Promise.resolve(reader.read(entry)),
      packages: [],
      epoch: context.epoch,
      arch,
      identity,
    });
    for (const warning of finished.warnings) context.warn(warning);
    const entries = difference(lower, tree);
    await packLayer(context, format, entries);
    saveTree(join(context.out, 'tree.json'), entries.map(withoutContent));
    const files = entries.filter((entry) => entry.type === 'file');
    const digests = Object.fromEntries(files.map((entry) => [entry.path, sha256(reader.read(entry))]));
    writeFileSync(join(context.out, digestsName), JSON.stringify(digests));
  },
};

export interface PeLayerParts {
  readonly packages: StepNode;
  readonly tools: StepNode;
  readonly format: LivefsFormat;
  readonly arch: string;
  readonly identity: PeIdentity;
  readonly overlay: Overlay;
  /** Font and keymap of the screen; `undefined`: neither. */
  readonly console: StepNode | undefined;
  readonly epoch: number;
}

export function peLayerNode(parts: PeLayerParts): StepNode {
  const { format, arch, identity, overlay, packages, console, tools, epoch } = parts;
  return stepNode(peLayerStep, {
    title: "pack the template and the recipe's files",
    options: { format, arch, identity, overlay: overlay.entries } as unknown as Json,
    inputs: { packages, ...(console === undefined ? {} : { console }) },
    files: overlay.files,
    tools,
    epoch,
  });
}
