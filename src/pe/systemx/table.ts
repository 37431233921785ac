import { textWidth } from '../../base/text-width.ts';

export interface Column {
  readonly title: string;
  readonly right?: boolean;
}

/** Lines of an aligned table: two blanks between columns, none at the end of a line. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const all = [columns.map(({ title }) => title), ...rows];
  // Column by column: cells say the same again and again, and QuickJS is slow in all that is done for each.
  const lines = all.map(() => '');
  columns.forEach(({ right }, i) => {
    const widths = new Map<string, number>();
    let width = 0;
    for (const row of all) {
      const cell = row[i] ?? '';
      if (widths.has(cell)) continue;
      const own = textWidth(cell);
      widths.set(cell, own);
      if (own > width) width = own;
    }
    const padded = new Map<string, string>();
    for (const [cell, own] of widths) {
      const pad = ' '.repeat(width - own);
      padded.set(cell, `${i === 0 ? '' : '  '}${right === true ? pad + cell : cell + pad}`);
    }
    for (let n = 0; n < all.length; n += 1)
      lines[n] = `${lines[n] ?? ''}${padded.get(all[n]?.[i] ?? '') ?? ''}`;
  });
  return lines.map((line) => line.trimEnd());
}

/** Lines `name   value`, for one thing. */
export function facts(pairs: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...pairs.map(([name]) => textWidth(name)));
  return pairs.flatMap(([name, value]) =>
    value.split('\n').map((line, i) => `${(i === 0 ? name : '').padEnd(width)}  ${line}`.trimEnd()),
  );
}
