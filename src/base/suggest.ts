/** Edit distance with neighbouring letters swapped counted as one (optimal string alignment). */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i += 1) {
    const row: number[] = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const above = rows[i - 1]?.[j] ?? 0;
      const diagonal = rows[i - 1]?.[j - 1] ?? 0;
      let best = Math.min(above + 1, (row[j - 1] ?? 0) + 1, diagonal + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (rows[i - 2]?.[j - 2] ?? 0) + 1);
      }
      row.push(best);
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? 0;
}

/** The candidate nearest to what was typed, or `undefined` where none is near enough to be meant. */
export function nearest(typed: string, candidates: Iterable<string>): string | undefined {
  const wanted = typed.toLowerCase();
  let best: { word: string; distance: number } | undefined;
  for (const word of candidates) {
    if (Math.abs(word.length - wanted.length) > 3) continue;
    const d = distance(wanted, word.toLowerCase());
    if (best === undefined || d < best.distance) best = { word, distance: d };
  }
  const limit = Math.max(1, Math.floor(typed.length / 3));
  return best !== undefined && best.distance <= limit ? best.word : undefined;
}
