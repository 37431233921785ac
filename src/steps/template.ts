import type { TemplateRef } from '../base/system.ts';
import type { Lock } from '../debian/lock-file.ts';
import { fileOverlay, joinOverlays } from '../plan/file-overlay.ts';
import { sourceFile } from '../plan/source.ts';
import type { StepNode } from '../plan/types.ts';
import type { Recipe } from '../recipe/types.ts';
import { debianRootNode } from './templates/debian.ts';
import { templateImageStepNode } from './templates/image.ts';
import { mmdebstrapNode } from './templates/mmdebstrap.ts';
import { ociRootNode } from './templates/oci.ts';
import { tarRootNode } from './templates/tar.ts';

/** What of a recipe its templates depend on. */
export type TemplatesRecipe = Pick<Recipe, 'templates' | 'arch'>;

export interface TemplateParts {
  /** The build tools. */
  readonly tools: StepNode;
  /** Seconds since 1970. */
  readonly epoch: number;
}

/** The step that makes the root of a template. Its artifact holds `rootFiles`: an uncompressed tar of the whole root. */
export function templateRootNode(
  recipe: TemplatesRecipe,
  lock: Pick<Lock, 'templates'>,
  name: string,
  { tools, epoch }: TemplateParts,
): StepNode {
  const template = recipe.templates[name];
  if (template === undefined) throw new Error(`the recipe has no template ${name}`);
  const { from, files } = template;
  const overlay = joinOverlays(files.map(fileOverlay));
  const common = { name, arch: recipe.arch, overlay, tools, epoch };
  switch (from.kind) {
    case 'debian': {
      const packages = lock.templates?.[name];
      if (packages === undefined) throw new Error(`the lock has no packages of the template ${name}`);
      const { suite, exclude } = from;
      return (from.scripts ? mmdebstrapNode : debianRootNode)({ ...common, suite, packages, exclude });
    }
    case 'oci':
      return ociRootNode({ ...common, path: from.path, tag: from.tag });
    case 'tar':
      return tarRootNode({ ...common, path: from.path, archive: sourceFile(from.path), strip: from.strip });
  }
}

/** Name and version of a template; without one in the recipe, the version follows from all that it is made of. */
export function templateRef(recipe: TemplatesRecipe, name: string, root: StepNode): TemplateRef {
  return { name, version: recipe.templates[name]?.version ?? root.id.slice(0, 12) };
}

/** The step that packs a template as the PE mounts it. Its artifact holds `templateFiles`. */
export function templateImageNode(
  recipe: TemplatesRecipe,
  lock: Pick<Lock, 'templates'>,
  name: string,
  parts: TemplateParts,
): { readonly node: StepNode; readonly ref: TemplateRef } {
  const root = templateRootNode(recipe, lock, name, parts);
  const ref = templateRef(recipe, name, root);
  return { node: templateImageStepNode(root, ref, parts), ref };
}
