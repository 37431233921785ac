/** One system that is to be started, and how far it is. */
export interface Planned {
  readonly name: string;
  /** Smaller starts first; equals side by side. */
  readonly order: number;
  readonly after: readonly string[];
  /** `settled`: up, or it has failed. */
  readonly state: 'waiting' | 'starting' | 'settled';
}

/**
 * Which systems may be started now: those of the smallest order whose `after` have settled. Names that are not to be
 * started are no reason to wait. Systems that wait for each other in a circle are started side by side.
 */
export function nextToStart(plan: readonly Planned[]): string[] {
  const waiting = plan.filter(({ state }) => state === 'waiting');
  const open = new Map(plan.filter(({ state }) => state !== 'settled').map((one) => [one.name, one]));
  const free = waiting.filter(({ after, name }) => !after.some((other) => other !== name && open.has(other)));
  const smallest = Math.min(...[...open.values()].map((one) => effectiveOrder(one, open)));
  const now = free.filter((one) => effectiveOrder(one, open) === smallest);
  const busy = plan.some(({ state }) => state === 'starting');
  if (now.length > 0) return now.map(({ name }) => name);
  // A circle, or one that waits for a later one: rather start than wait for ever.
  return busy || waiting.length === 0 ? [] : (free.length > 0 ? free : waiting).map(({ name }) => name);
}

/** One that an earlier one waits for is as early as that one. */
function effectiveOrder(one: Planned, open: ReadonlyMap<string, Planned>): number {
  const dependents = [...open.values()].filter(
    ({ after, name }) => name !== one.name && after.includes(one.name),
  );
  return Math.min(one.order, ...dependents.map(({ order }) => order));
}
