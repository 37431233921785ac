import type { Json } from '../../base/json.ts';
import { namingKey, type SchemaNode } from '../schema/node.ts';

/**
 * The schema as editors need it. They see one file and not what it extends: a key that must be there may be inherited,
 * and a key without a value is right, since it removes an inherited one. `required` are the keys never inherited.
 */
export function editorSchema(node: SchemaNode, required: readonly string[] = []): Json {
  const below = (key: keyof SchemaNode, value: Json | undefined): object =>
    value === undefined ? {} : { [key]: value };
  const { items, additionalProperties: others } = node;
  const whole = {
    ...(node as { readonly [key: string]: Json }),
    required,
    ...below('items', items && editorSchema(items, namingKeys(node))),
    ...below(
      'properties',
      node.properties && mapValues(node.properties, (each) => orNothing(editorSchema(each))),
    ),
    ...below(
      'additionalProperties',
      others === undefined || others === false ? others : orNothing(editorSchema(others)),
    ),
    ...below(
      'anyOf',
      node.anyOf?.map((each) => editorSchema(each)),
    ),
  };
  const short = node['x-shorthand'];
  const list = short === undefined ? undefined : node.properties?.[short];
  return list?.items === undefined ? whole : { anyOf: [editorSchema(list.items), editorSchema(list), whole] };
}

function namingKeys(node: SchemaNode): string[] {
  const key = namingKey(node['x-merge']);
  return key === undefined ? [] : [key];
}

function orNothing(schema: Json): Json {
  return { anyOf: [schema, { type: 'null' }] };
}

function mapValues<T>(map: Readonly<Record<string, T>>, change: (value: T) => Json): Json {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}
