import { type Diagnostic, UserError } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import { nearest } from '../base/suggest.ts';
import { type Chain, readChain } from './chain.ts';
import { recipeArgument } from './locate.ts';
import { mergeMap } from './merge.ts';
import { normalise } from './normalise.ts';
import { overrideLayer } from './overrides.ts';
import { didYouMean, inOrder, newProblems, type Problems } from './problems.ts';
import { type RawRecipe, withDefaults } from './raw.ts';
import { rules } from './rules/index.ts';
import { recipeSchema } from './schema/recipe.ts';
import { checkStructure } from './structure/structure.ts';
import { type MediumKind, mediaKinds, type Recipe } from './types.ts';
import { type LocatedMap, plain } from './yaml/located.ts';

export interface LoadOptions {
  /** `key=value` overrides, as `--set` takes them. */
  readonly set?: readonly string[];
  /** The media to build, which the recipe need not describe; without it those of the recipe. */
  readonly media?: readonly string[];
  /** `HOME` is looked at, for `~/` in the paths of SSH keys. */
  readonly env?: NodeJS.ProcessEnv;
  /** Folder that relative paths on the command line start from. */
  readonly cwd?: string;
}

export interface LoadedRecipe {
  readonly recipe: Recipe;
  readonly warnings: readonly Diagnostic[];
  /** Every recipe file that was read, absolute; the recipe itself comes first. */
  readonly sources: readonly string[];
  /** The merged recipe as it was written, each value with its place; for `resolvedText`. */
  readonly merged: LocatedMap;
}

/**
 * Reads a recipe (a path, or the name of one that comes with diskbios) with all it extends, merges, checks and settles
 * it. Throws a UserError that holds every mistake there is, in the order of the files.
 */
export async function loadRecipe(file: string, options: LoadOptions = {}): Promise<LoadedRecipe> {
  const { env = process.env, cwd = process.cwd() } = options;
  const problems = newProblems();
  const path = recipeArgument(file, cwd);
  const media = mediaAsked(options.media ?? [], problems);
  const chain = await readChain(path, file, problems);
  const overrides = (options.set ?? []).flatMap((each) => overrideLayer(each, cwd, problems) ?? []);
  const merged = mergeAll(chain, overrides, problems);
  const whole = merged && checkStructure(merged, !chain.broken, problems);
  const raw = whole && (withDefaults(withMedia(plain(whole), media), recipeSchema) as unknown as RawRecipe);
  if (whole && raw && !chain.broken) {
    for (const rule of rules) rule({ raw, root: whole, home: env['HOME'], problems });
  }
  if (problems.errors.length > 0 || whole === undefined || raw === undefined)
    throw new UserError(inOrder(problems.errors));
  return {
    recipe: normalise(path, { raw, root: whole, home: env['HOME'] }),
    warnings: inOrder(problems.warnings),
    sources: chain.sources,
    merged: whole,
  };
}

function mediaAsked(names: readonly string[], problems: Problems): MediumKind[] {
  return names.filter((name): name is MediumKind => {
    const known: readonly string[] = mediaKinds;
    if (known.includes(name)) return true;
    problems.error('no-such-medium', undefined, `there is no medium \`${name}\``, {
      expected: `one of ${known.join(', ')}`,
      hint: didYouMean(nearest(name, known)),
    });
    return false;
  });
}

/** Media that were asked for and that the recipe does not describe are made with their usual settings. */
function withMedia(recipe: Json, asked: readonly MediumKind[]): Json {
  if (asked.length === 0 || recipe === null || typeof recipe !== 'object' || !('media' in recipe))
    return recipe;
  const unset = asked.map((kind): [string, Json] => [kind, {}]);
  return {
    ...recipe,
    media: { ...Object.fromEntries(unset), ...(recipe['media'] as { [key: string]: Json }) },
  };
}

/** Parents first, the recipe over them, the overrides last. */
function mergeAll(
  chain: Chain,
  overrides: readonly LocatedMap[],
  problems: Problems,
): LocatedMap | undefined {
  const own = chain.layers.at(-1);
  const layers = chain.layers.map((layer) => ownKeys(layer, layer === own));
  return [...layers, ...overrides].reduce<LocatedMap | undefined>(
    (inherited, layer) => mergeMap(inherited, layer, recipeSchema, problems),
    undefined,
  );
}

/** A name belongs to one recipe, and `extends` has done its work. */
function ownKeys(layer: LocatedMap, isRecipe: boolean): LocatedMap {
  const entries = new Map(layer.entries);
  entries.delete('extends');
  if (!isRecipe) entries.delete('name');
  return { ...layer, entries };
}
