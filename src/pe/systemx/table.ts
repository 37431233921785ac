import { textWidth } from '../../base/text-width.ts';

export interface Column {
  readonly title: string;
  readonly right?: boolean;
}

/** Lines of an aligned table: two blanks between columns, none at the end of a line. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const all = [columns.map(({ title }) => title), ...rows];
  const known = new Map<string, number>();
  // Cells say the same again and again.
  const widthOf = (cell: string): number => {
    const before = known.get(cell);
    if (before !== undefined) return before;
    const width = textWidth(cell);
    known.set(cell, width);
    return width;
  };
  const widths = columns.map((_, i) => Math.max(...all.map((row) => widthOf(row[i] ?? ''))));
  return all.map((row) =>
    columns
      .map(({ right }, i) => {
        const cell = row[i] ?? '';
        const pad = ' '.repeat((widths[i] ?? 0) - widthOf(cell));
        return right === true ? pad + cell : cell + pad;
      })
      .join('  ')
      .trimEnd(),
  );
}

/** Lines `name   value`, for one thing. */
export function facts(pairs: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...pairs.map(([name]) => textWidth(name)));
  return pairs.flatMap(([name, value]) =>
    value.split('\n').map((line, i) => `${(i === 0 ? name : '').padEnd(width)}  ${line}`.trimEnd()),
  );
}
