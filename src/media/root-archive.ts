import type { Json } from '../base/json.ts';
import { stepNode } from '../plan/node.ts';
import type { StepNode } from '../plan/types.ts';
import type { Recipe } from '../recipe/types.ts';
import { type RootArchiveOptions, rootArchiveOutput, rootArchiveStep } from './root-archive-step.ts';
import { rootSource } from './root-source.ts';
import type { Medium, MediumParts } from './types.ts';

function archiveNode(
  recipe: Recipe,
  parts: MediumParts,
  how: Parameters<typeof rootSource>[2] & { readonly filename: string },
  options: Omit<RootArchiveOptions, 'source'>,
): StepNode {
  const { source, inputs } = rootSource(recipe, parts, how);
  return stepNode(rootArchiveStep, {
    title: `pack the root ${how.filename}`,
    slot: `root archive ${how.filename}`,
    options: { source, ...options } as unknown as Json,
    inputs,
    tools: parts.tools,
    epoch: parts.epoch,
  });
}

export const tarMedium: Medium = {
  kind: 'tar',
  describe: 'the root as an archive',
  files(recipe, parts) {
    const spec = recipe.media.tar;
    if (spec === undefined) throw new Error('the recipe has no media.tar');
    const node = archiveNode(recipe, parts, spec, { compress: spec.compress });
    return [{ name: spec.filename, node, file: rootArchiveOutput }];
  },
};

export const wslMedium: Medium = {
  kind: 'wsl',
  describe: 'a distribution for the Windows Subsystem for Linux',
  files(recipe, parts) {
    const spec = recipe.media.wsl;
    if (spec === undefined) throw new Error('the recipe has no media.wsl');
    const name = spec.of.kind === 'livefs' ? recipe.name : spec.of.name;
    const hostname = spec.of.kind === 'livefs' ? recipe.pe.hostname : name;
    const node = archiveNode(recipe, parts, spec, { compress: 'gzip', wsl: { name, hostname } });
    return [{ name: spec.filename, node, file: rootArchiveOutput }];
  },
};
