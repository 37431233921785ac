import type { Problems } from '../problems.ts';
import type { RawRecipe } from '../raw.ts';
import { keySpan, type LocatedMap, nodeAt, type Path, valueSpan } from '../yaml/located.ts';
import type { Span } from '../yaml/source.ts';

/** What a rule looks at: the recipe as plain values, where each was written, and what was asked for. */
export interface Facts {
  readonly raw: RawRecipe;
  readonly root: LocatedMap;
  /** Home folder, for `~/`. */
  readonly home: string | undefined;
  readonly problems: Problems;
}

/** A group of rules about what a recipe means. Every recipe that gets here fits the schema. */
export type Rule = (facts: Facts) => void;

/** Where the value at a path was written. */
export function valueAt(facts: Facts, path: Path): Span {
  return valueSpan(facts.root, path);
}

/** Where the key of a path was written. */
export function keyAt(facts: Facts, path: Path): Span {
  return keySpan(facts.root, path);
}

/** Whether a value was written down, rather than being a default. */
export function isWritten(facts: Facts, path: Path): boolean {
  return nodeAt(facts.root, path) !== undefined;
}

/** Whether a wrong part was taken out of the map or list at a path: what it lacks proves nothing. */
export function isWhole(facts: Facts, path: Path): boolean {
  return nodeAt(facts.root, path)?.incomplete !== true;
}

/** How a scalar was written: `0644`, where its value is the number 644. */
export function writtenAt(facts: Facts, path: Path): string {
  const node = nodeAt(facts.root, path);
  return node?.kind === 'scalar' ? node.written : '';
}
