import type { MountRequest } from '../../host/tree.ts';

/** Folders that make up the root of an app system, and how they are laid over each other. */
export interface Layers {
  /** Read-only, the topmost first. */
  readonly lower: readonly string[];
  readonly upper: string;
  readonly work: string;
}

/** Overlayfs takes `:` and `,` in paths as separators, so they are refused where paths are made (`dirProblem`). */
export function overlayMount(layers: Layers, at: string): MountRequest {
  return {
    what: 'overlay',
    at,
    type: 'overlay',
    options: [`lowerdir=${layers.lower.join(':')}`, `upperdir=${layers.upper}`, `workdir=${layers.work}`],
  };
}
