/**
 * What a terminal shows that has been sent a text with VT100 control sequences: as much of a VT100 as boot loaders and
 * consoles use on a serial line. Rows and columns count from 1, as on the terminal.
 */
export interface TerminalScreen {
  /** Pieces may end anywhere, also within a control sequence. */
  write(piece: string): void;
  /** Characters of a row, `columns` of them; an empty string is a place that nothing was written to since it was erased. */
  row(number: number): readonly string[];
  /** A row as it looks. */
  text(row: number): string;
  readonly cursor: { readonly row: number; readonly column: number };
  /** As when it was switched on. */
  reset(): void;
}

export const columns = 80;
export const rows = 24;

const tab = 8;
/** A started control sequence longer than this is none. */
const longestSequence = 32;

export function terminalScreen(): TerminalScreen {
  let lines = blankLines();
  let row = 1;
  let column = 1;
  let held = '';

  const lineFeed = (): void => {
    if (row < rows) row += 1;
    else lines = [...lines.slice(1), blankLine()];
  };
  const put = (character: string): void => {
    if (column > columns) {
      // The cursor stays behind the last column until the next character comes.
      column = 1;
      lineFeed();
    }
    const line = lines[row - 1];
    if (line === undefined) return;
    if (/\p{Mark}/u.test(character)) {
      const before = Math.max(0, column - 2);
      line[before] = (line[before] || ' ') + character;
      return;
    }
    line[column - 1] = character;
    column += 1;
  };
  const erase = (fromRow: number, fromColumn: number, toRow: number, toColumn: number): void => {
    for (let r = fromRow; r <= toRow; r += 1) {
      const [start, end] = [r === fromRow ? fromColumn : 1, r === toRow ? toColumn : columns];
      lines[r - 1]?.fill('', start - 1, end);
    }
  };
  const moveTo = (toRow: number, toColumn: number): void => {
    row = Math.min(Math.max(toRow, 1), rows);
    column = Math.min(Math.max(toColumn, 1), columns);
  };
  const control = (command: string, numbers: readonly number[]): void => {
    const [first = 0, second = 0] = numbers;
    const step = Math.max(first, 1);
    if (command === 'H' || command === 'f') moveTo(first, second);
    else if (command === 'A') moveTo(row - step, column);
    else if (command === 'B') moveTo(row + step, column);
    else if (command === 'C') moveTo(row, column + step);
    else if (command === 'D') moveTo(row, column - step);
    else if (command === 'J')
      erase(
        first === 0 ? row : 1,
        first === 0 ? column : 1,
        first === 1 ? row : rows,
        first === 1 ? column : columns,
      );
    else if (command === 'K') erase(row, first === 0 ? column : 1, row, first === 1 ? column : columns);
  };
  const plain = (character: string): void => {
    if (character === '\n') lineFeed();
    else if (character === '\r') column = 1;
    else if (character === '\b') column = Math.max(1, column - 1);
    else if (character === '\t') column = Math.min(columns, (Math.floor((column - 1) / tab) + 1) * tab + 1);
    else if (character >= ' ' && character !== '\x7f') put(character);
  };

  return {
    write: (piece) => {
      const text = held + piece;
      held = '';
      const parts =
        /\x1b\[([0-9;?=]*)([@-~])|\x1b[()][0-9A-B]|\x1b[=>78cDEHM]|(\x1b(?:\[[0-9;?=]*|[()])?$)|([^])/gu;
      for (const [, parameters, command, unfinished, character] of text.matchAll(parts)) {
        if (command !== undefined) control(command, (parameters ?? '').split(';').map(Number));
        else if (unfinished !== undefined && unfinished.length <= longestSequence) held = unfinished;
        else if (character !== undefined) plain(character);
      }
    },
    row: (number) => lines[number - 1] ?? blankLine(),
    text: (number) => (lines[number - 1] ?? blankLine()).map((character) => character || ' ').join(''),
    get cursor() {
      return { row, column: Math.min(column, columns) };
    },
    reset: () => {
      lines = blankLines();
      [row, column, held] = [1, 1, ''];
    },
  };
}

function blankLine(): string[] {
  return new Array<string>(columns).fill('');
}

function blankLines(): string[][] {
  return Array.from({ length: rows }, blankLine);
}
