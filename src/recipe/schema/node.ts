import type { Json } from '../../base/json.ts';

export type JsonType = 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';

/**
 * How a list or map of a child recipe combines with the inherited one; without it, lists append and maps merge. Items of a
 * list `by` a key merge with the inherited one of the same name; with `replace by` they take its place, as they are written.
 */
export type MergeRule = 'replace' | `by ${string}` | `replace by ${string}`;

/** The key by which the items of a list are told apart. */
export function namingKey(rule: MergeRule | undefined): string | undefined {
  return /^(?:replace )?by (.+)$/.exec(rule ?? '')?.[1];
}

/** The part of JSON Schema (draft 7) that the recipe uses, with some words of our own, each starting with `x-`. */
export interface SchemaNode {
  readonly $schema?: string;
  readonly title?: string;
  readonly type?: JsonType | readonly JsonType[];
  /** One sentence, with the unit where there is one. */
  readonly description?: string;
  readonly default?: Json;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: false | SchemaNode;
  readonly propertyNames?: SchemaNode;
  readonly required?: readonly string[];
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  /** What a right value looks like, for messages: `a host name such as pe-1`. */
  readonly 'x-expected'?: string;
  readonly 'x-merge'?: MergeRule;
  /** A path that is relative to the file it is written in; or a name, which has no `/`; or an address, which has `://`. */
  readonly 'x-path'?: 'path' | 'name-or-path' | 'url-or-path';
  /** Keys of which a child's one takes the place of the inherited others. */
  readonly 'x-exclusive'?: readonly string[];
  /** The key that a text or a list in the place of this map stands for: `hardware: pc` is `hardware: { profiles: [pc] }`. */
  readonly 'x-shorthand'?: string;
  /** For the manual: what is in it is described at this path. */
  readonly 'x-see'?: string;
}

type Extra = Omit<SchemaNode, 'type' | 'description'>;

/** A map with known keys; any other key is an error. */
export function map(
  description: string,
  properties: Readonly<Record<string, SchemaNode>>,
  extra: Extra = {},
): SchemaNode {
  return { type: 'object', description, additionalProperties: false, properties, ...extra };
}

export function list(description: string, items: SchemaNode, extra: Extra = {}): SchemaNode {
  return { type: 'array', description, items, ...extra };
}

export function text(description: string, extra: Extra = {}): SchemaNode {
  return { type: 'string', description, ...extra };
}

/** A list of texts that all look alike. */
export function words(description: string, item: Extra, extra: Extra = {}): SchemaNode {
  return list(description, { type: 'string', ...item }, extra);
}

export function choice(description: string, values: readonly string[], extra: Extra = {}): SchemaNode {
  return { type: 'string', description, enum: values, ...extra };
}

export function flag(description: string, byDefault: boolean): SchemaNode {
  return { type: 'boolean', description, default: byDefault };
}

export function wholeNumber(
  description: string,
  minimum: number,
  maximum: number,
  extra: Extra = {},
): SchemaNode {
  return { type: 'integer', description, minimum, maximum, ...extra };
}

/** One value, or a list of at least one. */
export function oneOrMore(description: string, item: SchemaNode, extra: Extra = {}): SchemaNode {
  return { description, anyOf: [item, { type: 'array', minItems: 1, items: item }], ...extra };
}
