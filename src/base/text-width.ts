/**
 * What takes two columns of a terminal (East Asian scripts, full-width forms, emoji), and what takes none (accents and the like,
 * which share the column of the character before them). Made when it is needed: QuickJS takes milliseconds for each.
 */
let patterns: { readonly wide: RegExp; readonly combining: RegExp } | undefined;
const makePatterns = (): NonNullable<typeof patterns> => ({
  wide: new RegExp(
    String.raw`[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]`,
    'u',
  ),
  combining: new RegExp(String.raw`\p{M}|\u200b|\u200d`, 'u'),
});

const plain = /^[ -~]*$/;

/** Columns that a text takes on a terminal; it has no tabs and no control characters. */
export function textWidth(text: string): number {
  // Mostly so, and then there is nothing to look up.
  if (plain.test(text)) return text.length;
  patterns ??= makePatterns();
  const { wide, combining } = patterns;
  let columns = 0;
  for (const character of text) columns += combining.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return columns;
}

/** Breaks a text at blanks into lines of at most `columns`; a longer word stays whole. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && textWidth(last) + 1 + textWidth(word) <= columns) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}
