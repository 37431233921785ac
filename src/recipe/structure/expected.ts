import type { SchemaNode } from '../schema/node.ts';
import type { Located } from '../yaml/located.ts';

/** What a value is, in words. */
export function kindOf(value: Located | undefined): string {
  if (value === undefined || (value.kind === 'scalar' && value.value === null)) return 'empty';
  if (value.kind !== 'scalar') return value.kind === 'list' ? 'a list' : 'a map';
  if (typeof value.value === 'number') return 'a number';
  return typeof value.value === 'boolean' ? 'true or false' : 'a text';
}

const words = {
  object: 'a map of keys',
  array: 'a list',
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
} as const;

/** The types a schema allows, in words. */
export function typeWords(schema: SchemaNode): string {
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  const range = schema.maximum === undefined ? '' : ` from ${schema.minimum ?? 0} to ${schema.maximum}`;
  const text = `${types.map((type) => words[type]).join(' or ')}${range}`;
  const item = schema.items?.['x-expected'];
  const keys = Object.keys(schema.properties ?? {});
  if (keys.length > 0) return `${text}: ${keys.join(', ')}`;
  return item === undefined ? text : `${text}, each item ${item}`;
}

/** What a key is for and what may stand there. */
export function describe(schema: SchemaNode | undefined): string | undefined {
  if (schema === undefined) return undefined;
  const wanted =
    schema['x-expected'] ??
    (schema.enum === undefined ? typeWords(schema) : `one of ${schema.enum.join(', ')}`);
  const [sentence = ''] = (schema.description ?? '').split(/[.;](?:\s|$)/);
  return sentence === '' ? wanted : `${wanted} (${sentence.slice(0, 1).toLowerCase()}${sentence.slice(1)})`;
}
