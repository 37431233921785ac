import type { Json } from '../../base/json.ts';
import type { Span } from './source.ts';

/** What a tag says about merging with the inherited value. */
export type MergeTag = '!replace' | '!remove';

interface Common {
  readonly span: Span;
  readonly tag?: MergeTag | undefined;
  /** A part of it was wrong and has been left out, so what it lacks proves nothing. */
  readonly incomplete?: boolean;
}

export interface LocatedScalar extends Common {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** As it was written: `0644`, where the value is the number 644. */
  readonly written: string;
}

export interface LocatedList extends Common {
  readonly kind: 'list';
  readonly items: readonly Located[];
}

export interface LocatedPair {
  readonly key: Span;
  readonly value: Located;
}

export interface LocatedMap extends Common {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, LocatedPair>;
}

/** A YAML value of which every part knows where it was written. */
export type Located = LocatedScalar | LocatedList | LocatedMap;

export type Path = readonly (string | number)[];

/** The plain value. */
export function plain(node: Located): Json {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(plain);
    case 'map':
      return Object.fromEntries([...node.entries].map(([key, pair]) => [key, plain(pair.value)]));
  }
}

/** The child of a node, by key or index. */
export function childOf(node: Located, step: string | number): Located | undefined {
  if (node.kind === 'map') return node.entries.get(String(step))?.value;
  if (node.kind === 'list') return node.items[Number(step)];
  return undefined;
}

/** The node at a path, or `undefined`. */
export function nodeAt(root: Located, path: Path): Located | undefined {
  return path.reduce<Located | undefined>((node, step) => node && childOf(node, step), root);
}

/** Where the key that leads to a path was written; for an item of a list, the item; for what is not there, its parent's. */
export function keySpan(root: LocatedMap, path: Path): Span {
  let node: Located = root;
  let span: Span = firstCharacter(root.span);
  for (const step of path) {
    const next = childOf(node, step);
    if (next === undefined) break;
    span = (node.kind === 'map' ? node.entries.get(String(step))?.key : undefined) ?? next.span;
    node = next;
  }
  return span;
}

/** Where the value at a path was written; for what is not there, the key of its nearest parent. */
export function valueSpan(root: LocatedMap, path: Path): Span {
  const node = nodeAt(root, path);
  return node === undefined || path.length === 0 ? keySpan(root, path) : node.span;
}

function firstCharacter(span: Span): Span {
  return { ...span, end: span.start };
}

/** `pe.files[].path`, as the manual writes it: which item is meant, the place says. */
export function pathText(path: Path): string {
  return path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[]` : text === '' ? step : `${text}.${step}`),
    '',
  );
}
