import type { Located, LocatedMap, Path } from '../yaml/located.ts';

/** The recipe without the values at these paths; what they were taken from is marked as incomplete. */
export function prune(root: LocatedMap, paths: readonly Path[]): LocatedMap | undefined {
  if (paths.some((path) => path.length === 0)) return undefined;
  const pruned = without(root, paths);
  return pruned.kind === 'map' ? pruned : undefined;
}

function without(node: Located, paths: readonly Path[]): Located {
  if (paths.length === 0 || node.kind === 'scalar') return node;
  const gone = new Set(paths.filter((path) => path.length === 1).map((path) => String(path[0])));
  const below = (step: string): Path[] =>
    paths.filter((path) => path.length > 1 && String(path[0]) === step).map((path) => path.slice(1));
  const incomplete = node.incomplete === true || gone.size > 0;
  if (node.kind === 'list') {
    const items = node.items.flatMap((item, n) =>
      gone.has(String(n)) ? [] : [without(item, below(String(n)))],
    );
    return { ...node, items, incomplete };
  }
  const entries = new Map(
    [...node.entries]
      .filter(([key]) => !gone.has(key))
      .map(([key, pair]) => [key, { ...pair, value: without(pair.value, below(key)) }]),
  );
  return { ...node, entries, incomplete };
}
