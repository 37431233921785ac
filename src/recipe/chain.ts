import { basename, dirname } from 'node:path';
import { readRecipeText } from './disk.ts';
import { nearestRecipe, recipePath } from './locate.ts';
import { didYouMean, type Problems } from './problems.ts';
import type { Located, LocatedMap, LocatedScalar } from './yaml/located.ts';
import { parseYaml } from './yaml/parse.ts';
import { fileSource, type Source, type Span } from './yaml/source.ts';

/** A recipe's file and all that it extends. */
export interface Chain {
  /** Parents before children, each file once; the recipe itself comes last. */
  readonly layers: readonly LocatedMap[];
  /** Every file read, absolute. */
  readonly sources: readonly string[];
  /** A file could not be read or parsed: what is missing proves nothing. */
  readonly broken: boolean;
}

/** Reads a recipe and, first, what it extends; `asked` is how the person named it. */
export async function readChain(file: string, asked: string, problems: Problems): Promise<Chain> {
  const layers: LocatedMap[] = [];
  const sources: string[] = [];
  let broken = false;

  const visit = async (path: string, from: Span | undefined, name: string, above: readonly string[]) => {
    if (above.includes(path)) {
      const cycle = [...above.slice(above.indexOf(path)), path].map((each) => basename(each));
      problems.error('extends-cycle', from, `recipes extend each other in a circle: ${cycle.join(' → ')}`);
      broken = true;
      return;
    }
    if (sources.includes(path)) return;
    const source = await readSource(path, from, name, problems);
    if (source === undefined) {
      broken = true;
      return;
    }
    sources.push(path);
    const root = parseRoot(source, problems);
    if (root === undefined) {
      broken = true;
      return;
    }
    const parents = parentsOf(root, problems);
    broken ||= parents === undefined;
    for (const parent of parents ?? []) {
      const parentName = String(parent.value);
      await visit(recipePath(parentName, source.dir), parent.span, parentName, [...above, path]);
    }
    layers.push(root);
  };

  await visit(file, undefined, asked, []);
  return { layers, sources, broken };
}

async function readSource(
  path: string,
  from: Span | undefined,
  name: string,
  problems: Problems,
): Promise<Source | undefined> {
  let text: string | undefined;
  try {
    text = await readRecipeText(path);
  } catch {
    problems.error('not-text', from, `\`${name}\` is not a text in UTF-8`);
    return undefined;
  }
  if (text !== undefined) return fileSource(path, text);
  problems.error('no-such-recipe', from, `there is no recipe \`${name}\``, {
    expected: 'a path of a file, or the name of a recipe that comes with diskbios',
    hint: didYouMean(nearestRecipe(name, from?.source.dir ?? dirname(path))),
  });
  return undefined;
}

function parseRoot(source: Source, problems: Problems): LocatedMap | undefined {
  const { root, problems: found } = parseYaml(source);
  problems.errors.push(...found);
  if (root?.kind === 'map') return root;
  if (root === undefined && found.length > 0) return undefined;
  const empty = root === undefined || (root.kind === 'scalar' && root.value === null);
  problems.error(
    'not-a-map',
    { source, start: root?.span.start ?? 0, end: root?.span.end ?? 1 },
    empty ? 'the recipe is empty' : 'the recipe is not a map',
    {
      expected: 'keys such as `name: my-pe`, one a line',
      hint: '`diskbios new NAME` writes a recipe to start from',
    },
  );
  return undefined;
}

/** The names in `extends`; `undefined`, and an error, where something else stands there. */
function parentsOf(root: LocatedMap, problems: Problems): LocatedScalar[] | undefined {
  const value = root.entries.get('extends')?.value;
  if (value === undefined) return [];
  const names = value.kind === 'list' ? value.items : [value];
  const isName = (name: Located): name is LocatedScalar =>
    name.kind === 'scalar' && typeof name.value === 'string' && name.value !== '';
  for (const wrong of names.filter((name) => !isName(name))) {
    problems.error('wrong-type', wrong.span, '`extends` must name recipes', {
      expected: 'a recipe such as base or ./common.yaml, or a list of these',
    });
  }
  return names.every(isName) ? [...names] : undefined;
}
