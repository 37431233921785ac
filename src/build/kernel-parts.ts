import { FailedError } from '../base/errors.ts';
import type { Lock } from '../debian/lock-file.ts';
import type { LockedPackage } from '../debian/package.ts';
import type { StepNode } from '../plan/types.ts';
import type { KernelSource, Recipe } from '../recipe/types.ts';
import { kernelFromSourceNode } from '../steps/kernel-build.ts';
import type { KernelConfigParts } from '../steps/kernel-config.ts';
import { kernelFileNode } from '../steps/kernel-file.ts';
import type { HostToolchain, Toolchain } from '../steps/kernel-toolchain.ts';
import type { SourceOrigin } from '../steps/kernel-workshop.ts';
import { packageInput, packageInputs } from '../steps/package.ts';
import { toolsNode } from '../steps/tools.ts';

/** Inputs of steps that read the kernel: its packages, or a step whose artifact looks like that of one. */
export function kernelInputs(
  recipe: Recipe,
  lock: Lock,
  tools: StepNode,
  host: HostToolchain | undefined,
): Record<string, StepNode> {
  const { from } = recipe.kernel;
  if (from.kind === 'package') return packageInputs(lock.kernel);
  const node =
    from.kind === 'file'
      ? kernelFileNode(from, tools)
      : kernelFromSourceNode(sourceParts(from, lock, host), recipe.pe.livefs);
  return { [packageInput('kernel')]: node };
}

/** What a kernel from source is made of. */
export function sourceParts(
  from: KernelSource,
  lock: Lock,
  host: HostToolchain | undefined,
): KernelConfigParts {
  const { base, suffix, fragments } = from;
  return { source: sourceOrigin(from, lock), toolchain: toolchainOf(lock, host), base, suffix, fragments };
}

function sourceOrigin({ source }: KernelSource, lock: Lock): SourceOrigin {
  if (source.kind === 'archive') return source;
  const found = lock.kernel.find(({ name }) => name === source.package);
  if (found === undefined) throw new FailedError('no-source', `the lock has no package ${source.package}`);
  return { kind: 'package', package: found };
}

function toolchainOf(lock: Lock, host: HostToolchain | undefined): Toolchain {
  if (host !== undefined) return host;
  return { kind: 'pinned', node: toolsNode('toolchain', compilers(lock)) };
}

/** Debian’s own configuration is locked beside the compiler, but builds nothing. */
function compilers(lock: Lock): readonly LockedPackage[] {
  return (lock.toolchain ?? []).filter(({ name }) => !name.startsWith('linux-config-'));
}

/** What the image’s kernel is called in lists of what is in it: a package, or what the recipe names. */
export function kernelName({ kernel: { from } }: Recipe): string {
  if (from.kind === 'package') return from.package;
  if (from.kind === 'file') return 'kernel';
  return from.source.kind === 'package' ? from.source.package : 'linux-source';
}
