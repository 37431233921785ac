import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CarriedFile, carriedName, carriedText } from '../base/carried.ts';
import { digestOf, type Json } from '../base/json.ts';
import { livefsTemplate, type TemplateRef } from '../base/system.ts';
import type { Lock } from '../debian/lock-file.ts';
import { stepNode } from '../plan/node.ts';
import type { StepKind, StepNode } from '../plan/types.ts';
import type { Recipe } from '../recipe/types.ts';
import { type TemplateParts, templateImageNode } from './template.ts';

/** What travels on the media of a recipe. */
export interface Carried {
  readonly list: CarriedFile;
  /** Its artifact holds `carriedName`. */
  readonly node: StepNode;
  /** Each one's artifact holds `templateFiles`. */
  readonly templates: readonly { readonly ref: TemplateRef; readonly node: StepNode }[];
}

/** Writes the list of what travels along. */
export const carriedStep: StepKind = {
  name: 'carried',
  version: 1,
  run(context, json) {
    writeFileSync(join(context.out, carriedName), carriedText(json as unknown as CarriedFile));
    return Promise.resolve();
  },
};

/** `undefined`: the recipe names neither templates nor systems. */
export function carriedOf(
  recipe: Pick<Recipe, 'name' | 'version' | 'templates' | 'systems' | 'arch'>,
  lock: Pick<Lock, 'templates'>,
  parts: TemplateParts,
): Carried | undefined {
  const names = Object.keys(recipe.templates);
  if (names.length === 0 && Object.keys(recipe.systems).length === 0) return undefined;
  const made = new Map(names.map((name) => [name, templateImageNode(recipe, lock, name, parts)]));
  const refOf = (name: string): TemplateRef =>
    made.get(name)?.ref ?? { name: livefsTemplate, version: recipe.version };
  const content = {
    image: `${recipe.name} ${recipe.version}`,
    templates: [...made.values()].map(({ ref }) => ref),
    systems: Object.entries(recipe.systems).map(([name, { template, kind, settings }]) => ({
      ...{ name, template: refOf(template), kind, settings },
    })),
  };
  const nodes = [...made.values()].map(({ node }) => node.id);
  const list: CarriedFile = { format: 1, id: digestOf({ ...content, nodes } as unknown as Json), ...content };
  const node = stepNode(carriedStep, {
    title: 'list the systems and templates that travel along',
    options: list as unknown as Json,
  });
  return { list, node, templates: [...made.values()] };
}
