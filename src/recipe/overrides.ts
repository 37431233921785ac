import { nearest } from '../base/suggest.ts';
import { childSchema } from './merge.ts';
import { didYouMean, type Problems } from './problems.ts';
import { recipeSchema } from './schema/recipe.ts';
import type { Located, LocatedMap } from './yaml/located.ts';
import { parseYaml } from './yaml/parse.ts';
import { overrideFile, type Source, type Span } from './yaml/source.ts';

/**
 * `--set pe.hostname=box` as the last child of the recipe. The value is YAML and merges as in a file, so a list appends.
 * `cwd` is the folder that relative paths in it start from.
 */
export function overrideLayer(argument: string, cwd: string, problems: Problems): LocatedMap | undefined {
  const source: Source = { file: overrideFile, dir: cwd, text: argument };
  const whole: Span = { source, start: 0, end: argument.length };
  const equals = argument.indexOf('=');
  if (equals < 1) {
    problems.error('bad-override', whole, 'not of the form key=value', {
      expected: 'for example pe.hostname=box',
    });
    return undefined;
  }
  const keys = keySpans(source, equals);
  if (keys[0]?.name === 'extends') {
    problems.error('bad-override', keys[0].span, '`extends` cannot be set on the command line', {
      hint: 'write a recipe that extends both',
    });
    return undefined;
  }
  if (!keysKnown(keys, problems)) return undefined;
  const { root, problems: found } = parseYaml(source, equals + 1);
  problems.errors.push(...found);
  if (root === undefined && found.length > 0) return undefined;
  const nothing: Located = { kind: 'scalar', value: null, written: '', span: whole };
  const layer = keys.reduceRight<Located>(
    (value, { name, span }) => ({
      kind: 'map',
      entries: new Map([[name, { key: span, value }]]),
      span: whole,
    }),
    root ?? nothing,
  );
  return layer.kind === 'map' ? layer : undefined;
}

interface Key {
  readonly name: string;
  readonly span: Span;
}

/** Reported here, since a path through an unknown key would otherwise end in a message about something else. */
function keysKnown(keys: readonly Key[], problems: Problems): boolean {
  let schema: ReturnType<typeof childSchema> = recipeSchema;
  for (const [n, key] of keys.entries()) {
    const next = childSchema(schema, key.name);
    if (next === undefined) {
      const above = keys
        .slice(0, n)
        .map((each) => each.name)
        .join('.');
      const known = Object.keys(schema.properties ?? {});
      problems.error('unknown-key', key.span, unknownKey(key.name, above), {
        expected: known.length > 0 ? `one of ${known.join(', ')}` : `a value for ${above}, not a key in it`,
        hint: didYouMean(nearest(key.name, known)),
      });
      return false;
    }
    schema = next;
  }
  return true;
}

/** The message for a key that the schema does not have. */
export function unknownKey(key: string, above: string): string {
  return above === '' ? `unknown key \`${key}\`` : `unknown key \`${key}\` in \`${above}\``;
}

function keySpans(source: Source, end: number): Key[] {
  const keys: Key[] = [];
  let start = 0;
  for (const name of source.text.slice(0, end).split('.')) {
    keys.push({ name, span: { source, start, end: start + name.length } });
    start += name.length + 1;
  }
  return keys;
}
