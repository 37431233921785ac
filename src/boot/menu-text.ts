import { columns, rows, type TerminalScreen } from './terminal-screen.ts';

/** A row of a menu. */
export interface MenuRow {
  /** Without what did not fit. */
  readonly title: string;
  /** Whether the title is longer than the menu is wide. */
  readonly cut: boolean;
}

/** The part of GRUB's menu that a terminal shows (`grub-core/normal/menu_text.c`). */
export interface MenuView {
  readonly rows: readonly MenuRow[];
  /** Position in `rows` of the one that Enter would start. */
  readonly marked: number;
  /** Whether there are more entries above or below. */
  readonly above: boolean;
  readonly below: boolean;
}

/** Where GRUB draws on a terminal of 80 columns: frame, mark, titles, frame, arrows. */
const frameLeft = 2;
const markColumn = 3;
const titleStart = 4;
const titleEnd = 77;
/** An arrow here says that the title is longer; here the cursor rests, too. */
const cutColumn = 78;
const frameRight = 79;
const arrowColumn = 80;

/**
 * Reads GRUB's menu off a terminal; `undefined`: there is none, or it is being drawn. While entries move down, rows of
 * before and after can stand side by side for a moment.
 */
export function readMenu(screen: TerminalScreen): MenuView | undefined {
  const heading = rowNumbers.find((number) => screen.text(number).includes('GNU GRUB'));
  const framed = rowNumbers.filter(
    (number) => isFrame(at(screen, number, frameLeft)) && isFrame(at(screen, number, frameRight)),
  );
  const [first, last] = [framed[0], framed.at(-1)];
  if (heading === undefined || first === undefined || last === undefined || heading > first) return undefined;
  if (!isCorner(at(screen, last + 1, frameLeft))) return undefined;
  // What GRUB writes last of a new menu: an arrow or a blank.
  if (at(screen, last, arrowColumn) === '') return undefined;
  const used = framed.filter(
    (number) => marks(at(screen, number, markColumn)) && titleOf(screen, number).title !== '',
  );
  const marked = used.filter((number) => at(screen, number, markColumn) === '*');
  const only = marked[0];
  // The cursor is put beside the marked entry when all is drawn.
  if (only === undefined || marked.length > 1) return undefined;
  if (screen.cursor.row !== only || screen.cursor.column !== cutColumn) return undefined;
  return {
    rows: used.map((number) => titleOf(screen, number)),
    marked: used.indexOf(only),
    above: /[↑^]/.test(at(screen, first, arrowColumn)),
    below: /[↓v]/.test(at(screen, last, arrowColumn)),
  };
}

const rowNumbers = Array.from({ length: rows }, (_, position) => position + 1);

function at(screen: TerminalScreen, row: number, column: number): string {
  return column > columns ? '' : (screen.row(row)[column - 1] ?? '');
}

function isFrame(character: string): boolean {
  return character === '|' || character === '┃' || character === '│';
}

function isCorner(character: string): boolean {
  return character === '+' || character === '┗' || character === '└';
}

function marks(character: string): boolean {
  return character === '*' || character === ' ';
}

function titleOf(screen: TerminalScreen, row: number): MenuRow {
  const characters = screen.row(row).slice(titleStart - 1, titleEnd);
  const text = characters.map((character) => character || ' ').join('');
  // The arrow of an entry that stood there before is not always wiped away.
  const cut = /[→>]/.test(at(screen, row, cutColumn)) && !/\s\s$/.test(text);
  return { title: shown(text), cut };
}

/** Whether a row of a menu can be the entry with this title. A title that is cut off can be that of several. */
export function isEntry(row: MenuRow, title: string): boolean {
  const wanted = shown(title);
  return row.cut ? wanted.startsWith(row.title) : row.title === wanted;
}

/** A title as one can compare it: how many blanks there are at its ends cannot be seen. */
function shown(title: string): string {
  return title.replace(/\s+/g, ' ').trim();
}

/** How the mark moved between two views: by one entry down (1) or up (-1), not at all (0), or otherwise. */
export function movedBy(before: MenuView, after: MenuView): -1 | 0 | 1 | 'otherwise' {
  if (sameRows(before.rows, after.rows)) {
    const step = after.marked - before.marked;
    return step === 0 || step === 1 || step === -1 ? step : 'otherwise';
  }
  if (after.marked !== before.marked) return 'otherwise';
  const atEnd = before.marked === before.rows.length - 1;
  if (atEnd && sameRows(before.rows.slice(1), after.rows.slice(0, -1))) return 1;
  if (before.marked === 0 && sameRows(before.rows.slice(0, -1), after.rows.slice(1))) return -1;
  return 'otherwise';
}

export function sameView(one: MenuView, other: MenuView): boolean {
  const { marked, above, below } = one;
  return (
    marked === other.marked &&
    above === other.above &&
    below === other.below &&
    sameRows(one.rows, other.rows)
  );
}

function sameRows(some: readonly MenuRow[], others: readonly MenuRow[]): boolean {
  return (
    some.length === others.length &&
    some.every(
      ({ title, cut }, position) => others[position]?.title === title && others[position].cut === cut,
    )
  );
}
