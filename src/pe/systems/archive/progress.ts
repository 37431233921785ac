/** Told how far long work is. `total`: bytes, `undefined` where nobody knows. */
export interface Report {
  readonly begin: (what: string, total: number | undefined) => void;
  readonly to: (done: number) => void;
  readonly end: () => void;
}

export const silent: Report = { begin: () => undefined, to: () => undefined, end: () => undefined };
