import { type Diagnostic, FailedError, UserError } from '../base/errors.ts';
import { silent } from '../base/events.ts';
import { nearest } from '../base/suggest.ts';
import type { Recipe } from '../recipe/types.ts';
import { type Apt, type AptOptions, withApt } from './apt.ts';
import { debianTemplates, type LockTemplate } from './lock-templates.ts';
import type { Mirrors } from './mirror.ts';
import type { LockedPackage } from './package.ts';

/** Versions to keep, by template and package. */
export type TemplatePins = Readonly<Record<string, ReadonlyMap<string, string>>>;

/** In apt's words: whatever the suite says is essential. */
const essential = '?essential';

/** Chooses the packages of a recipe's Debian templates, each from its own suite. */
export async function resolveTemplates(
  recipe: Recipe,
  mirrors: Mirrors,
  pins: TemplatePins,
  options: AptOptions,
): Promise<Record<string, readonly LockedPackage[]>> {
  const wanted = Object.entries(debianTemplates(recipe));
  const found: Record<string, readonly LockedPackage[]> = {};
  for (const suite of new Set(wanted.map(([, { suite: one }]) => one))) {
    // What a recipe adds to its own suite does not fit another one.
    const source = {
      ...recipe.source,
      ...(suite === recipe.source.suite ? {} : { suite, repositories: [] }),
    };
    await withApt({ ...recipe, source }, mirrors, options, async (apt) => {
      for (const [name, template] of wanted.filter(([, one]) => one.suite === suite))
        found[name] = await resolveOne(recipe, name, template, apt, pins[name] ?? new Map(), options);
    });
  }
  return Object.fromEntries(wanted.map(([name]) => [name, found[name] ?? []]));
}

async function resolveOne(
  recipe: Recipe,
  name: string,
  { packages }: LockTemplate,
  apt: Apt,
  pins: ReadonlyMap<string, string>,
  options: AptOptions,
): Promise<readonly LockedPackage[]> {
  const asked = [essential, ...packages];
  let outcome = await apt.resolve(asked, pins);
  if (!outcome.ok && pins.size > 0) {
    outcome = await apt.resolve(asked, new Map());
    const text = `template ${name}: the locked versions no longer fit together: all are chosen anew`;
    if (outcome.ok) (options.monitor ?? silent)({ type: 'note', text });
  }
  const chosen = new Set(outcome.ok ? outcome.packages.map((item) => item.name) : []);
  if (packages.some((one) => !chosen.has(one))) await refuseUnknown(recipe, name, packages, apt);
  if (outcome.ok) return outcome.packages;
  throw new UserError({
    code: 'package-conflict',
    message: `the packages of the template ${name} do not fit together:\n${outcome.why}`,
    place: recipe.place(['templates', name, 'packages']),
    hint: 'take one of them out of the recipe',
  });
}

async function refuseUnknown(
  recipe: Recipe,
  name: string,
  packages: readonly string[],
  apt: Apt,
): Promise<void> {
  const names = await apt.names();
  if (!names.has('base-files'))
    throw new FailedError('no-packages', `the suite of the template ${name} has no packages of Debian`);
  const unknown = packages.flatMap((one, n): Diagnostic[] => {
    if (names.has(one)) return [];
    const near = nearest(one, names);
    return [
      {
        code: 'no-such-package',
        message: `there is no package ${one} for the template ${name}`,
        place: recipe.place(['templates', name, 'packages', n]),
        ...(near === undefined ? {} : { hint: `did you mean ${near}?` }),
      },
    ];
  });
  if (unknown.length > 0) throw new UserError(unknown);
}
