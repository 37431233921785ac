import type { Recipe } from '../recipe/types.ts';

/** What was asked for when the packages of a Debian template were chosen. */
export interface LockTemplate {
  readonly suite: string;
  readonly packages: readonly string[];
}

/** The templates of a recipe that are made of Debian packages, by name. */
export function debianTemplates(recipe: Pick<Recipe, 'templates'>): Record<string, LockTemplate> {
  return Object.fromEntries(
    Object.entries(recipe.templates).flatMap(([name, { from }]) =>
      from.kind === 'debian' ? [[name, { suite: from.suite, packages: from.packages }]] : [],
    ),
  );
}

/** Names of templates that a lock was not made for as the recipe has them now, or that the recipe has no more. */
export function changedTemplates(
  locked: Readonly<Record<string, LockTemplate>>,
  wanted: Readonly<Record<string, LockTemplate>>,
): string[] {
  const words = (one: LockTemplate | undefined): string =>
    one === undefined ? '' : JSON.stringify([one.suite, [...new Set(one.packages)].sort()]);
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(locked)])];
  return names.filter((name) => words(locked[name]) !== words(wanted[name]));
}
