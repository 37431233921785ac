import type { Json } from '../../base/json.ts';
import type { LockedPackage } from '../../debian/package.ts';
import type { Tree } from '../../formats/tree.ts';
import { stepNode } from '../../plan/node.ts';
import type { Overlay, OverlayEntry } from '../../plan/source.ts';
import type { StepKind, StepNode } from '../../plan/types.ts';
import { maker } from '../../rootfs/make.ts';
import { finishTemplate } from '../../rootfs/registry.ts';
import { overlayEntry } from '../overlay-entry.ts';
import { packageInputs } from '../package.ts';
import { clamped, finishedPackages } from '../packages-layer.ts';
import { writeRoot } from './root.ts';

interface DebianOptions {
  readonly arch: string;
  readonly suite: string;
  readonly exclude: readonly string[];
  readonly packages: Readonly<Record<string, { readonly version: string; readonly arch: string }>>;
  readonly overlay: readonly OverlayEntry[];
}

/** The root of a Debian, finished by the builder: no maintainer script runs, no rights are needed. */
export const debianRootStep: StepKind = {
  name: 'debian-root',
  version: 2,
  bulk: true,
  async run(context, json) {
    const options = json as unknown as DebianOptions;
    const { epoch } = context;
    const { tree } = await finishedPackages(context, options, finishTemplate);
    linkRuntime(tree, epoch);
    for (const item of options.overlay) tree.add(overlayEntry(context, item), 'replace');
    writeRoot(
      context,
      tree.list().map((entry) => clamped(entry, epoch)),
      { source: `debian ${options.suite}`, init: undefined, env: {} },
    );
  },
};

/** Places for what runs are links, whatever packages have below them. */
function linkRuntime(tree: Tree, epoch: number): void {
  const make = maker('links', epoch);
  for (const [path, target] of [
    ['var/run', '/run'],
    ['var/lock', '/run/lock'],
  ] as const) {
    if (tree.get(path)?.type === 'symlink') continue;
    tree.delete(path);
    tree.add(make.link(path, target));
  }
  for (const path of ['etc/credstore', 'etc/credstore.encrypted'])
    if (tree.has(path)) tree.add(make.dir(path, { mode: 0o700 }), 'replace');
}

export interface DebianParts {
  readonly name: string;
  readonly suite: string;
  readonly packages: readonly LockedPackage[];
  readonly exclude: readonly string[];
  readonly arch: string;
  readonly overlay: Overlay;
  readonly tools: StepNode;
  readonly epoch: number;
}

export function debianRootNode(parts: DebianParts): StepNode {
  const { name, suite, packages, exclude, arch, overlay, tools, epoch } = parts;
  const versions = Object.fromEntries(
    packages.map((pkg) => [pkg.name, { version: pkg.version, arch: pkg.arch }]),
  );
  return stepNode(debianRootStep, {
    title: `compose the template ${name} of ${packages.length} packages`,
    slot: `template-root ${name}`,
    options: { arch, suite, exclude, packages: versions, overlay: overlay.entries } as unknown as Json,
    inputs: packageInputs(packages),
    files: overlay.files,
    tools,
    epoch,
  });
}
