/** One figure of a bench run. */
export interface Figure {
  readonly name: string;
  readonly unit: 's' | 'MB' | 'MiB' | 'x';
  /** Every measured value, in order. */
  readonly values: readonly number[];
  /** The most it should be; `undefined` where there is no aim. */
  readonly aim: number | undefined;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The figures as a table: median, range, aim, and the ratio of the median to the aim. */
export function figuresTable(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, unit, values, aim }) => {
    const range = `${Math.min(...values).toFixed(2)}–${Math.max(...values).toFixed(2)}`;
    const middle = median(values);
    const against = aim === undefined ? '' : `aim ≤ ${aim} ${unit}   ${(middle / aim).toFixed(2)} of it`;
    return (
      `${name.padEnd(44)} ${middle.toFixed(2).padStart(7)} ${unit.padEnd(3)} (${range})`.padEnd(76) + against
    );
  });
  return `${rows.join('\n')}\n`;
}
