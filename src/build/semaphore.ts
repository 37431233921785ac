/** Lets at most `limit` pieces of work run at once; of those that wait, the most urgent begins first. */
export function semaphore(limit: number): <T>(work: () => Promise<T>, urgency?: number) => Promise<T> {
  let free = limit;
  const waiting: { readonly urgency: number; readonly go: () => void }[] = [];
  return async (work, urgency = 0) => {
    if (free > 0) free -= 1;
    else {
      // Whoever ends hands its place over.
      await new Promise<void>((go) => {
        const at = waiting.findIndex((other) => other.urgency < urgency);
        waiting.splice(at === -1 ? waiting.length : at, 0, { urgency, go });
      });
    }
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next.go();
    }
  };
}
