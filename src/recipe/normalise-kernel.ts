import { resolve } from 'node:path';
import { fragmentPath } from './locate.ts';
import type { RawRecipe } from './raw.ts';
import type { KernelFragment, KernelOrigin, KernelSource, KernelSpec } from './types.ts';
import { type LocatedMap, nodeAt, type Path } from './yaml/located.ts';

interface From {
  readonly raw: RawRecipe;
  readonly root: LocatedMap;
}

/** Settles `kernel`: where it comes from, with absolute paths. */
export function kernelSpec(from: From): KernelSpec {
  const { modules, cmdline } = from.raw.kernel;
  const { profiles, include, exclude } = modules;
  return { from: kernelOrigin(from), modules: { profiles, include, exclude }, cmdline };
}

function dirAt({ root }: From, path: Path): string {
  return (nodeAt(root, path)?.span ?? root.span).source.dir;
}

function kernelOrigin(from: From): KernelOrigin {
  const { kernel } = from.raw;
  if (kernel.source !== undefined)
    return {
      kind: 'source',
      source: sourceOf(from, kernel.source),
      fragments: kernelFragments(from),
      base: kernel['base-config'],
      suffix: kernel['version-suffix'] ?? '',
    };
  if (kernel.file !== undefined) {
    const { from: modules } = kernel.modules;
    return {
      kind: 'file',
      file: resolve(dirAt(from, ['kernel', 'file']), kernel.file),
      modules: modules && resolve(dirAt(from, ['kernel', 'modules', 'from']), modules),
    };
  }
  return { kind: 'package', package: kernel.package ?? '' };
}

function sourceOf(from: From, source: NonNullable<RawRecipe['kernel']['source']>): KernelSource['source'] {
  if (typeof source === 'string') return { kind: 'package', package: source };
  const { url, sha256 } = source;
  const dir = dirAt(from, ['kernel', 'source', 'url']);
  return { kind: 'archive', url: isAddress(url) ? url : resolve(dir, url), sha256 };
}

/** Whether it is no path. */
export function isAddress(url: string): boolean {
  return /^[a-z]+:\/\//i.test(url);
}

/** The fragments that a recipe names, in its order. */
export function kernelFragments(from: From): KernelFragment[] {
  return from.raw.kernel.config.map((name, n) => ({
    name,
    file: fragmentPath(name, dirAt(from, ['kernel', 'config', n])),
    shipped: !name.includes('/'),
  }));
}
