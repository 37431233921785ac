import { canonicalJson, type Json, sha256 } from '../base/json.ts';
import type { Recorded } from '../store/meta.ts';
import type { StepNode } from './types.ts';

/** What goes into a node's id, in the form the store keeps. */
export function recordedOf(node: StepNode): Recorded {
  return {
    kind: node.kind.name,
    version: node.kind.version,
    bulk: node.kind.bulk === true,
    options: node.options,
    inputs: Object.fromEntries(Object.entries(node.inputs).map(([name, input]) => [name, input.id])),
    files: Object.fromEntries(Object.entries(node.files).map(([name, file]) => [name, file.sha256])),
    tools: node.tools?.id,
    epoch: node.epoch,
  };
}

/** The name under which the store remembers the last run of a recipe's step. */
export function slotName(recipe: string, node: StepNode): string {
  return sha256(`${recipe}\n${node.kind.name}\n${node.slot}`).slice(0, 32);
}

function changedKeys(
  before: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
): { key: string; how: 'added' | 'removed' | 'changed' }[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
  return keys.flatMap((key) => {
    if (before[key] === now[key]) return [];
    return [
      { key, how: before[key] === undefined ? 'added' : now[key] === undefined ? 'removed' : 'changed' },
    ];
  });
}

/** A list of things that have a path, title or name, as a map by it. */
function keyed(value: Json | undefined): Record<string, Json> | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const pairs = (value as readonly Json[]).map((item) => {
    const fields = item as Readonly<Record<string, Json>> | null;
    const key =
      typeof fields === 'object' ? (fields?.['path'] ?? fields?.['title'] ?? fields?.['name']) : undefined;
    return typeof key === 'string' ? ([key, item] as const) : undefined;
  });
  return pairs.every((pair) => pair !== undefined) ? Object.fromEntries(pairs) : undefined;
}

/** The options that differ, as `path: old → new`, a few levels deep. */
function optionChanges(before: Json | undefined, now: Json | undefined, path = ''): string[] {
  if (before !== undefined && now !== undefined && canonicalJson(before) === canonicalJson(now)) return [];
  const lists = [keyed(before), keyed(now)] as const;
  if (lists[0] !== undefined && lists[1] !== undefined) return optionChanges(lists[0], lists[1], path);
  const asMap = (value: Json | undefined): Record<string, Json | undefined> | undefined =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? (value as Record<string, Json | undefined>)
      : undefined;
  const [old, fresh] = [asMap(before), asMap(now)];
  if (old !== undefined && fresh !== undefined) {
    return (
      [...new Set([...Object.keys(old), ...Object.keys(fresh)])]
        .sort()
        // What a digest sums up is told by itself.
        .filter((key) => !key.endsWith('Digest'))
        .flatMap((key) => optionChanges(old[key], fresh[key], path === '' ? key : `${path}.${key}`))
    );
  }
  const short = (value: Json | undefined): string => {
    const text = value === undefined ? 'not set' : canonicalJson(value);
    return text.length > 40 ? `${text.slice(0, 37)}…` : text;
  };
  return [`${path === '' ? 'options' : path}: ${short(before)} → ${short(now)}`];
}

/** Why a step would run, in short phrases; `undefined` for a step that was never made before. */
export function reasons(before: Recorded | undefined, node: StepNode): string[] {
  if (before === undefined) return ['never built here'];
  const now = recordedOf(node);
  const list: string[] = [];
  if (before.version !== now.version)
    list.push(`diskbios builds it differently now (v${before.version} → v${now.version})`);
  list.push(...optionChanges(before.options, now.options));
  list.push(...changedKeys(before.files, now.files).map(({ key, how }) => `file ${key} ${how}`));
  list.push(...changedKeys(before.inputs, now.inputs).map(({ key, how }) => `${key} ${how}`));
  if (before.epoch !== now.epoch) list.push('the time it stamps on files changed');
  if (before.tools !== now.tools) list.push('build tools changed');
  return list.length === 0 ? ['it is no longer in the store'] : list;
}
