/** From `/proc/PID/stat`, behind the process's name, which may hold anything. */
function numbers(stat: string): { readonly parent: number; readonly session: number } {
  const [, parent = '', , session = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { parent: Number.parseInt(parent, 10), session: Number.parseInt(session, 10) };
}

/**
 * The leader of a session with all processes of it and all that descend from them, into other sessions too. `stats`:
 * process id → `/proc/PID/stat`. A daemon, whose parents have ended, belongs to no family but init's.
 */
export function familyOf(leader: number, stats: ReadonlyMap<number, string>): number[] {
  const family = new Set([leader]);
  const others = new Map([...stats].map(([pid, stat]) => [pid, numbers(stat)]));
  for (let before = 0; before < family.size; ) {
    before = family.size;
    for (const [pid, { parent, session }] of others) {
      if (session === leader || family.has(parent)) family.add(pid);
    }
  }
  return [...family];
}
