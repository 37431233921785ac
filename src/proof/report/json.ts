import type { ProofReport } from '../result.ts';
import { jsonFields } from './json-fields.ts';

/**
 * The report as JSON with every key of `jsonFields`, in its order, whether there is something to say or not (`null`): the same
 * report gives the same text.
 */
export function jsonReport(report: ProofReport): string {
  return `${JSON.stringify(inOrder(report, ''), undefined, 2)}\n`;
}

const keysBelow = groupKeys(Object.keys(jsonFields));

function groupKeys(paths: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const path of paths) {
    const dot = path.lastIndexOf('.');
    const parent = path.slice(0, Math.max(dot, 0));
    groups.set(parent, [...(groups.get(parent) ?? []), path.slice(dot + 1)]);
  }
  return groups;
}

function inOrder(value: unknown, path: string): unknown {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return value.map((item: unknown) => inOrder(item, `${path}[]`));
  const keys = keysBelow.get(path);
  if (typeof value !== 'object' || keys === undefined) return value;
  const below = (key: string): string => (path === '' ? key : `${path}.${key}`);
  return Object.fromEntries(
    keys.map((key) => [key, inOrder((value as Record<string, unknown>)[key], below(key))]),
  );
}

/** The table of the manual (docs/testing.md). */
export function jsonFieldsTable(): string {
  const rows = Object.entries(jsonFields).map(
    ([path, [type, meaning]]) => `| \`${path}\` | ${type} | ${meaning} |`,
  );
  return ['| key | type | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}
