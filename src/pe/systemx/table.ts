import { textWidth } from '../../base/text-width.ts';

export interface Column {
  readonly title: string;
  readonly right?: boolean;
}

/** Lines of an aligned table: two blanks between columns, none at the end of a line. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const all = [columns.map(({ title }) => title), ...rows];
  const widthsOf = all.map((row) => row.map(textWidth));
  const widths = columns.map((_, i) => Math.max(...widthsOf.map((row) => row[i] ?? 0)));
  return all.map((row, at) =>
    columns
      .map(({ right }, i) => {
        const cell = row[i] ?? '';
        const pad = ' '.repeat((widths[i] ?? 0) - (widthsOf[at]?.[i] ?? 0));
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
