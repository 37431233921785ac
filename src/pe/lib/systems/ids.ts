/** Ids that one unprivileged system has. */
export const idsEach = 65_536;
const first = 16 * idsEach;
const last = 60_000 * idsEach;

/** The first range of user ids that no system has. */
export function freeIdBase(used: readonly (number | undefined)[]): number {
  const taken = new Set(used);
  for (let base = first; base < last; base += idsEach) if (!taken.has(base)) return base;
  throw new Error('all ranges of user ids are taken');
}
