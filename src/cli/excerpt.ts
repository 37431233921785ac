import type { ChalkInstance } from 'chalk';
import type { Place } from '../base/errors.ts';
import { textWidth } from '../base/text-width.ts';

/** Columns of source text that are shown; a longer line is cut around the place. */
const widest = 100;

/** A tab as four columns, other control characters as a mark, so that what is shown is as wide as it is counted. */
function visible(text: string): string {
  return text.replaceAll('\t', '    ').replace(/\p{Cc}/gu, '\ufffd');
}

/** The line a place is on, with its number, and a caret under every character of the place. */
export function excerpt(place: Place, paint: ChalkInstance): string[] {
  const characters = Array.from(place.text);
  const start = Math.min(place.column - 1, characters.length);
  const end = Math.min(start + place.length, Math.max(characters.length, start + 1));
  const from = characters.length > widest ? Math.max(0, start - 40) : 0;
  const to = Math.min(characters.length, from + widest);
  const part = (a: number, b: number): string => visible(characters.slice(a, b).join(''));
  const shown = `${from > 0 ? '…' : ''}${part(from, to)}${to < characters.length ? '…' : ''}`;
  const before = ' '.repeat((from > 0 ? 1 : 0) + textWidth(part(from, start)));
  const carets = '^'.repeat(Math.max(1, textWidth(part(start, Math.min(end, to)))));
  const number = String(place.line);
  return [
    `  ${paint.blue(`${number} |`)} ${shown}`,
    `  ${paint.blue(`${' '.repeat(number.length)} |`)} ${before}${paint.red(carets)}`,
  ];
}
