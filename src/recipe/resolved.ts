import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { stringify } from 'yaml';
import type { Json } from '../base/json.ts';
import type { LoadedRecipe } from './load.ts';
import { childSchema } from './merge.ts';
import { withDefaults } from './raw.ts';
import type { SchemaNode } from './schema/node.ts';
import { recipeSchema } from './schema/recipe.ts';
import type { Located } from './yaml/located.ts';
import { overrideFile, placeOf, type Span } from './yaml/source.ts';

interface Line {
  readonly text: string;
  /** Where its value came from. */
  readonly from: string;
}

/** Comments start in this column, where the line leaves them room. */
const commentColumn = 48;

/**
 * The merged recipe as YAML that means the same without any `extends`, each line with the place its value came from;
 * paths of files are shown relative to `cwd`.
 */
export function resolvedText({ merged, recipe: { file } }: LoadedRecipe, cwd: string): string {
  const lines = valueLines(merged, recipeSchema, '', {
    place: (span) => placeText(span, cwd),
    dir: dirname(file),
  });
  const body = lines.map(({ text, from }) => `${text.padEnd(commentColumn)} # ${from}`.replace(/ +# $/, ''));
  return [`# ${relative(cwd, file)}, merged with all it extends`, ...body, ''].join('\n');
}

function placeText(span: Span, cwd: string): string {
  const { file, line } = placeOf(span);
  return file === overrideFile ? `${file} ${span.source.text}` : `${shortPath(file, cwd)}:${line}`;
}

function shortPath(file: string, cwd: string): string {
  const short = relative(cwd, file);
  return short.startsWith('..') ? file : short;
}

interface Where {
  readonly place: (span: Span) => string;
  /** Folder of the recipe, which the relative paths of its parents are rewritten for. */
  readonly dir: string;
}

function valueLines(node: Located, schema: SchemaNode | undefined, indent: string, where: Where): Line[] {
  if (node.kind === 'scalar') return scalarLines(node, schema, indent, where);
  if (node.kind === 'list')
    return node.items.flatMap((item) => itemLines(item, schema?.items, indent, where));
  const known = schema?.properties ?? {};
  const free = [...node.entries.keys()].filter((key) => known[key] === undefined);
  return [...Object.keys(known), ...free].flatMap((key) => {
    const value = node.entries.get(key)?.value;
    const below = childSchema(schema, key);
    if (value !== undefined) return pairLines(key, value, below, indent, where);
    return below?.default === undefined
      ? []
      : defaultLines({ [key]: withDefaults(below.default, below) }, indent);
  });
}

function pairLines(
  key: string,
  value: Located,
  schema: SchemaNode | undefined,
  indent: string,
  where: Where,
): Line[] {
  const name = scalarText(key);
  const inside = valueLines(value, schema, `${indent}  `, where);
  const [first] = inside;
  if (value.kind === 'scalar') {
    const [head, ...rest] = scalarLines(value, schema, indent, where);
    return head === undefined
      ? []
      : [{ text: `${indent}${name}: ${head.text.trimStart()}`, from: head.from }, ...rest];
  }
  if (first === undefined) {
    return [
      { text: `${indent}${name}: ${value.kind === 'list' ? '[]' : '{}'}`, from: where.place(value.span) },
    ];
  }
  return [{ text: `${indent}${name}:`, from: '' }, ...inside];
}

function itemLines(item: Located, schema: SchemaNode | undefined, indent: string, where: Where): Line[] {
  const [first, ...rest] = valueLines(item, schema, `${indent}  `, where);
  if (first === undefined)
    return [{ text: `${indent}- ${item.kind === 'list' ? '[]' : '{}'}`, from: where.place(item.span) }];
  return [{ text: `${indent}- ${first.text.trimStart()}`, from: first.from }, ...rest];
}

function scalarLines(
  node: Extract<Located, { kind: 'scalar' }>,
  schema: SchemaNode | undefined,
  indent: string,
  { place, dir }: Where,
): Line[] {
  const path = typeof node.value === 'string' && isPath(schema, node.value) ? pathFrom(dir, node) : undefined;
  // `0644` must stay as it was written: the number that YAML makes of it is another.
  const text = typeof node.value === 'number' ? node.written : scalarText(path ?? node.value);
  return [{ text: `${indent}${text}`, from: place(node.span) }];
}

/** A template without a `/` is a name, an archive with `://` an address. */
function isPath(schema: SchemaNode | undefined, value: string): boolean {
  const kind = schema?.['x-path'];
  return (
    kind === 'path' ||
    (kind === 'name-or-path' && value.includes('/')) ||
    (kind === 'url-or-path' && !value.includes('://'))
  );
}

/** A relative path of a parent recipe, as the recipe itself would write it. */
function pathFrom(dir: string, node: Extract<Located, { kind: 'scalar' }>): string {
  const written = String(node.value);
  if (isAbsolute(written) || written.startsWith('~/') || node.span.source.dir === dir) return written;
  const moved = relative(dir, resolve(node.span.source.dir, written));
  return moved.startsWith('.') ? moved : `./${moved}`;
}

function defaultLines(value: Json, indent: string): Line[] {
  return stringify(value, { lineWidth: 0 })
    .trimEnd()
    .split('\n')
    .map((text) => ({ text: `${indent}${text}`, from: 'default' }));
}

/** A scalar on one line. */
function scalarText(value: string | number | boolean | null): string {
  if (typeof value === 'string' && /[\n\r\u0085\u2028\u2029]/.test(value)) return JSON.stringify(value);
  return stringify(value, { lineWidth: 0, defaultStringType: 'PLAIN' }).trimEnd();
}
