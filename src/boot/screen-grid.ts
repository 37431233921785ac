import type { Picture } from '../formats/ppm.ts';
import { type CellFont, cellKey } from './console-fonts.ts';

/** A console's characters on a picture of the screen. */
export interface TextGrid {
  readonly columns: number;
  readonly rows: number;
  /** `rows` lines of `columns` characters; U+FFFD stands for one that the font does not have. */
  readonly lines: readonly string[];
}

/** What stands for a cell that shows no character of the font. */
export const unreadable = '\ufffd';

interface Layout {
  readonly font: CellFont;
  /** More than the font's where the screen adds a column of pixels between characters, as VGA's text mode does. */
  readonly cellWidth: number;
  readonly left: number;
  readonly top: number;
  readonly columns: number;
  readonly rows: number;
}

/** VGA's text mode with 80 columns and 25 rows, each character 9 pixels wide. */
export function isTextMode({ width, height }: Picture): boolean {
  return width === 720 && height === 400;
}

/** A console is read as such where so many of its characters are known; the cursor is one that is not. */
const readableShare = 0.9;

/**
 * Reads a text console off a picture of the screen: VGA's text mode, Linux's framebuffer console, UEFI's text screen or a
 * program that draws one in the screen's middle. `undefined`: the screen shows something else.
 */
export function readGrid(picture: Picture, fonts: readonly CellFont[]): TextGrid | undefined {
  let best: { grid: TextGrid; known: number } | undefined;
  for (const layout of layouts(picture, fonts)) {
    const { grid, known, unknown } = readLayout(picture, layout);
    if (known < readableShare * (known + unknown)) continue;
    // A dark spot amid something else is no empty console.
    if (known === 0 && !isBlank(picture)) continue;
    if (best === undefined || known > best.known) best = { grid, known };
  }
  return best?.grid;
}

function isBlank({ pixels }: Picture): boolean {
  return pixels.every((pixel) => pixel === pixels[0]);
}

/** Sizes of consoles that stand in the middle of a larger screen (UEFI's text modes; memtest86+ has the first). */
const centred = [
  [80, 25],
  [80, 50],
  [100, 31],
] as const;

function layouts(picture: Picture, fonts: readonly CellFont[]): Layout[] {
  const { width, height } = picture;
  if (isTextMode(picture)) {
    return fonts
      .filter(({ cellHeight }) => cellHeight === 16)
      .map((font) => ({ font, cellWidth: 9, left: 0, top: 0, columns: 80, rows: 25 }));
  }
  return fonts.flatMap((font) => {
    const { cellWidth, cellHeight } = font;
    const whole = [Math.floor(width / cellWidth), Math.floor(height / cellHeight)] as const;
    const inMiddle = [...centred, whole].map(([columns, rows]) => ({
      ...{ font, cellWidth, columns, rows },
      left: Math.floor((width - columns * cellWidth) / 2),
      top: Math.floor((height - rows * cellHeight) / 2),
    }));
    const [columns, rows] = whole;
    return [{ font, cellWidth, columns, rows, left: 0, top: 0 }, ...inMiddle].filter(
      ({ left, top }) => left >= 0 && top >= 0,
    );
  });
}

function readLayout(picture: Picture, layout: Layout): { grid: TextGrid; known: number; unknown: number } {
  const lines: string[] = [];
  let [known, unknown] = [0, 0];
  for (let row = 0; row < layout.rows; row += 1) {
    let line = '';
    for (let column = 0; column < layout.columns; column += 1) {
      const character = readCell(picture, layout, column, row);
      if (character === unreadable) unknown += 1;
      else if (character !== ' ') known += 1;
      line += character;
    }
    lines.push(line);
  }
  const { columns, rows } = layout;
  return { grid: { columns, rows, lines }, known, unknown };
}

/** A cell has two colours, and which of them is ink shows only in its shape. */
function readCell({ pixels, width }: Picture, layout: Layout, column: number, row: number): string {
  const { font } = layout;
  const corner = (layout.top + row * font.cellHeight) * width + layout.left + column * layout.cellWidth;
  const ground = pixels[corner];
  let other: number | undefined;
  const bits = new Uint8Array(font.cellHeight);
  for (let y = 0; y < font.cellHeight; y += 1) {
    for (let x = 0; x < font.cellWidth; x += 1) {
      const pixel = pixels[corner + y * width + x];
      if (pixel === ground) continue;
      other ??= pixel;
      if (pixel !== other) return unreadable;
      bits[y] = (bits[y] ?? 0) | (0x80 >> x);
    }
  }
  if (other === undefined) return ' ';
  return (
    font.character(cellKey(bits)) ??
    font.character(cellKey(bits.map((value) => value ^ 0xff))) ??
    (isCursor(bits) ? ' ' : unreadable)
  );
}

/** A line or block at the lower edge of an empty cell. */
function isCursor(bits: Uint8Array): boolean {
  const [first, last] = [bits.findIndex((value) => value !== 0), bits.findLastIndex((value) => value !== 0)];
  return first >= bits.length - 4 && bits.every((value, y) => value === (y >= first && y <= last ? 0xff : 0));
}
