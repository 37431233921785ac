/** How a column is set. */
export type Align = 'left' | 'right';

/** Columns wide enough for what is in them, two spaces between; no trailing spaces. */
export function columns(rows: readonly (readonly string[])[], align: readonly Align[] = []): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  return rows
    .map((row) => {
      const cells = row.map((cell, i) =>
        align[i] === 'right' ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0),
      );
      return `${cells.join('  ').trimEnd()}\n`;
    })
    .join('');
}

/** `+1.2 MiB`, `-3 B`, or nothing where there is no difference. */
export function signed(bytes: number, format: (bytes: number) => string): string {
  if (bytes === 0) return '';
  return `${bytes > 0 ? '+' : '-'}${format(Math.abs(bytes))}`;
}
