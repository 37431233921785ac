import type { BitmapFont, Glyph } from '../formats/bitmap-font.ts';
import { consoleFontData } from './console-font-data.ts';

/** The fonts of text consoles: each character stands in a cell of the same size and has its own background. */
export interface CellFont extends BitmapFont {
  readonly cellWidth: number;
  readonly cellHeight: number;
  /** The character whose cell has these rows, by `cellKey`; of several that look the same, the one with the lowest code. */
  character(key: string): string | undefined;
}

/** Code page 437, the character set of a PC's text screen, as Unicode. */
const cp437 =
  ' ☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼' +
  Array.from({ length: 95 }, (_, i) => String.fromCharCode(0x20 + i)).join('') +
  '⌂ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀' +
  'αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';

const cellWidth = 8;

/** Names a cell by its rows of ink. */
export function cellKey(rows: Uint8Array): string {
  return String.fromCharCode(...rows);
}

/** The fonts that a machine in QEMU has of its own, before any image brings one. */
export const consoleFonts: readonly CellFont[] = consoleFontData.map(
  ({ name, height, characters, glyphs }) => {
    const bytes = Buffer.from(glyphs.join(''), 'base64');
    const rows = new Map<number, Uint8Array>();
    const byKey = new Map<string, string>();
    const all = characters === 'cp437' ? cp437 : cp437.slice(0x20, 0x7f);
    Array.from(all).forEach((character, position) => {
      const cell = bytes.subarray(position * height, (position + 1) * height);
      const code = character.charCodeAt(0);
      if (!rows.has(code) || code === 0x20) rows.set(code, cell);
      const known = byKey.get(cellKey(cell));
      if (known === undefined || known.charCodeAt(0) > code) byKey.set(cellKey(cell), character);
    });
    return {
      name,
      lineHeight: height,
      baseline: height,
      opaque: true,
      cellWidth,
      cellHeight: height,
      character: (key) => byKey.get(key),
      glyph: (code) => {
        const cell = rows.get(code);
        return cell === undefined ? undefined : cellGlyph(cell);
      },
    };
  },
);

function cellGlyph(rows: Uint8Array): Glyph {
  const ink = new Uint8Array(cellWidth * rows.length);
  for (let i = 0; i < ink.length; i += 1) ink[i] = ((rows[i >> 3] ?? 0) >> (7 - (i & 7))) & 1;
  return { width: cellWidth, height: rows.length, left: 0, top: 0, advance: cellWidth, ink };
}
