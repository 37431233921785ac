import { nearest } from '../base/suggest.ts';
import { didYouMean, type Problems } from './problems.ts';
import { namingKey, type SchemaNode } from './schema/node.ts';
import { type Located, type LocatedList, type LocatedMap, type LocatedPair, plain } from './yaml/located.ts';
import { overrideFile } from './yaml/source.ts';

/**
 * Lays a child's map over an inherited one. Maps merge deeply, the child's scalars win, lists append without duplicates,
 * lists of items with a name merge item by item or replace each other (the schema's `x-merge`), `null` removes what was
 * inherited, `!replace` puts a list or map in the place of the inherited one, `!remove` takes an item out of a list.
 */
export function mergeMap(
  inherited: LocatedMap | undefined,
  child: LocatedMap,
  schema: SchemaNode | undefined,
  problems: Problems,
): LocatedMap {
  const base = child.tag === '!replace' ? undefined : inherited;
  const entries = new Map<string, LocatedPair>(base?.entries);
  for (const [key, { key: keySpan, value: written }] of child.entries) {
    const value = inFull(written, childSchema(schema, key));
    const there = entries.get(key);
    if (value.kind === 'scalar' && value.value === null) {
      if (!entries.delete(key)) nothingToRemove(key, { key: keySpan, value }, base, problems);
      continue;
    }
    for (const other of schema?.['x-exclusive']?.includes(key) === true ? schema['x-exclusive'] : []) {
      // Two of them in one file are a mistake, which a rule reports.
      if (!child.entries.has(other)) entries.delete(other);
    }
    const merged = mergeValue(there?.value, value, childSchema(schema, key), problems);
    const isDetour = there !== undefined && value.kind !== 'scalar' && onlyPassesThrough(value);
    entries.set(key, { key: isDetour ? there.key : keySpan, value: merged });
  }
  return {
    kind: 'map',
    entries,
    span: base !== undefined && onlyPassesThrough(child) ? base.span : child.span,
  };
}

/** `hardware: pc` in full is `hardware: { profiles: [pc] }`. */
function inFull(value: Located, schema: SchemaNode | undefined): Located {
  const key = schema?.['x-shorthand'];
  if (key === undefined || value.kind === 'map' || (value.kind === 'scalar' && value.value === null))
    return value;
  const list: Located = value.kind === 'list' ? value : { kind: 'list', items: [value], span: value.span };
  return { kind: 'map', entries: new Map([[key, { key: value.span, value: list }]]), span: value.span };
}

/** `--set pe.hostname=x` names `pe` on its way to something in it; what `pe` lacks is still missed in the file. */
function onlyPassesThrough(node: Located): boolean {
  return node.span.source.file === overrideFile;
}

function nothingToRemove(
  key: string,
  pair: LocatedPair,
  base: LocatedMap | undefined,
  problems: Problems,
): void {
  problems.error('no-value', pair.key, `\`${key}\` has no value`, {
    expected: 'a value; an empty one removes an inherited key, and none of this name is inherited',
    hint: didYouMean(nearest(key, base?.entries.keys() ?? [])),
  });
}

function mergeValue(
  there: Located | undefined,
  child: Located,
  schema: SchemaNode | undefined,
  problems: Problems,
): Located {
  if (child.kind === 'map')
    return mergeMap(there?.kind === 'map' ? there : undefined, child, schema, problems);
  if (child.kind === 'list')
    return mergeList(there?.kind === 'list' ? there : undefined, child, schema, problems);
  return child;
}

function mergeList(
  inherited: LocatedList | undefined,
  child: LocatedList,
  schema: SchemaNode | undefined,
  problems: Problems,
): LocatedList {
  const rule = schema?.['x-merge'];
  const base = child.tag === '!replace' || rule === 'replace' ? undefined : inherited;
  const idKey = namingKey(rule);
  const isWhole = rule?.startsWith('replace by ') === true;
  const mergeItem = (below: Located | undefined, item: Located): Located =>
    isWhole ? item : mergeValue(below, item, schema?.items, problems);
  const inheritedIds = new Map((base?.items ?? []).map((item) => [idOf(item, idKey), item]));
  const merged = new Map<string, Located>(inheritedIds);
  const seen = new Set<string>();
  const fresh = new Map<string, Located>();
  for (const item of child.items) {
    const id = item.tag === '!remove' ? JSON.stringify(plain(item)) : idOf(item, idKey);
    if (item.tag === '!remove') {
      if (!merged.delete(id)) nothingInList(item, inheritedIds, idKey, problems);
      continue;
    }
    // Words of a command may well repeat themselves.
    if (seen.has(id) && rule !== 'replace') {
      reportTwice(item, idKey, problems);
      // Both stay, so that what else is wrong with them is found as well.
      if (idKey !== undefined) fresh.set(`${id} again, ${fresh.size}`, mergeItem(undefined, item));
      continue;
    }
    seen.add(rule === 'replace' ? `${seen.size}` : id);
    const there = merged.get(id);
    if (there !== undefined) {
      if (idKey !== undefined) merged.set(id, mergeItem(there, item));
    } else {
      fresh.set(rule === 'replace' ? `${fresh.size}` : id, mergeItem(undefined, item));
    }
  }
  // The first interface that matches counts, so the child's must come first.
  const items =
    idKey === 'match' ? [...fresh.values(), ...merged.values()] : [...merged.values(), ...fresh.values()];
  return { kind: 'list', items, span: child.span };
}

/** What makes two items the same: the value of the naming key where the list has one, else the whole value. */
function idOf(item: Located, idKey: string | undefined): string {
  const named = idKey === undefined || item.kind !== 'map' ? item : item.entries.get(idKey)?.value;
  // An item without its naming key is a mistake that the schema reports; it is like no other.
  return named === undefined
    ? `at ${item.span.start} in ${item.span.source.file}`
    : JSON.stringify(plain(named));
}

function reportTwice(item: Located, idKey: string | undefined, problems: Problems): void {
  const named = idKey !== undefined && item.kind === 'map' ? (item.entries.get(idKey)?.value ?? item) : item;
  const word = named.kind === 'scalar' ? named.written : JSON.stringify(plain(named));
  if (idKey === undefined) problems.warn('listed-twice', named.span, `\`${word}\` is listed twice`);
  else
    problems.error('same-name', named.span, `two items have the ${idKey} \`${word}\``, {
      hint: `give one of them another ${idKey}`,
    });
}

function nothingInList(
  item: Located,
  inherited: ReadonlyMap<string, Located>,
  idKey: string | undefined,
  problems: Problems,
): void {
  const names = [...inherited.keys()]
    .filter((id) => id.startsWith('"'))
    .map((id) => JSON.parse(id) as string);
  const word = item.kind === 'scalar' ? item.written : JSON.stringify(plain(item));
  problems.error('nothing-to-remove', item.span, `nothing inherited to remove: \`${word}\``, {
    expected: idKey === undefined ? 'an item of the inherited list' : `the ${idKey} of an inherited item`,
    hint: didYouMean(nearest(word, names)),
  });
}

/** The schema of what a key leads to. */
export function childSchema(schema: SchemaNode | undefined, key: string): SchemaNode | undefined {
  if (schema === undefined) return undefined;
  const own = schema.properties?.[key];
  if (own !== undefined) return own;
  if (schema.additionalProperties !== undefined && schema.additionalProperties !== false)
    return schema.additionalProperties;
  return schema.anyOf?.map((branch) => childSchema(branch, key)).find((found) => found !== undefined);
}
