import type { BitmapFont, Glyph } from '../formats/bitmap-font.ts';
import type { Picture } from '../formats/ppm.ts';

/** A picture made ready for many searches. */
export interface SearchedPicture {
  readonly picture: Picture;
  /**
   * For each pixel, whether it has the colour of its left neighbour: bit 0 for itself, bit 1 for the pixel right of it, and
   * so on for 32 pixels of its row.
   */
  readonly same: Int32Array;
}

/** Upper left corner of the cell of a text's first character. */
export interface Spot {
  readonly x: number;
  readonly y: number;
}

export function searched(picture: Picture): SearchedPicture {
  const { width, height, pixels } = picture;
  const same = new Int32Array(pixels.length);
  for (let y = 0; y < height; y += 1) {
    let bits = 0;
    for (let x = width - 1, at = y * width + x; x >= 0; x -= 1, at -= 1) {
      bits = (bits << 1) | (x > 0 && pixels[at] === pixels[at - 1] ? 1 : 0);
      same[at] = bits;
    }
  }
  return { picture, same };
}

/** Where a text stands in a picture; `undefined`: nowhere. */
export type TextSearch = (where: SearchedPicture) => Spot | undefined;

/**
 * Looks for a text as this font draws it; characters that it lacks are taken from the first fallback that has them, as GRUB
 * does. Colours do not matter, and may differ from character to character, but each character's ink has one colour that
 * nothing else in its cell has. So a picture behind the text does no harm, and a single pixel that is wrong does.
 * `undefined`: the fonts cannot draw it, or it would leave no ink.
 */
export function textSearch(
  text: string,
  font: BitmapFont,
  fallbacks: readonly BitmapFont[] = [],
): TextSearch | undefined {
  const cells = layOut(text, font, fallbacks);
  const anchor = cells === undefined ? undefined : bestAnchor(cells);
  if (cells === undefined || anchor === undefined) return undefined;
  const bounds = boundsOf(cells);
  let templates: readonly Template[] = [];
  let templateWidth = 0;
  return ({ picture, same }) => {
    const { width, height, pixels } = picture;
    if (templateWidth !== width) templates = cells.map((cell) => template(cell, width));
    templateWidth = width;
    for (let y = Math.max(0, -bounds.top); y <= height - bounds.bottom; y += 1) {
      const row = (y + anchor.y) * width + anchor.x;
      for (let x = Math.max(0, -bounds.left); x <= width - bounds.right; x += 1) {
        if ((((same[row + x] ?? 0) ^ anchor.expected) & anchor.care) !== 0) continue;
        if (matches(pixels, templates, y * width + x, font.opaque)) return { x, y };
      }
    }
    return undefined;
  };
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** A character's place in a text, by pixels from the text's upper left corner. */
interface Cell {
  readonly x: number;
  readonly width: number;
  readonly ink: readonly Point[];
  /** What of its cell is not its ink nor that of its neighbours. */
  readonly blank: readonly Point[];
}

function layOut(text: string, font: BitmapFont, fallbacks: readonly BitmapFont[]): Cell[] | undefined {
  const placed: { glyph: Glyph; x: number; down: number }[] = [];
  let pen = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const source = [font, ...fallbacks].find((candidate) => candidate.glyph(code) !== undefined);
    const glyph = source?.glyph(code);
    if (source === undefined || glyph === undefined) return undefined;
    placed.push({ glyph, x: pen, down: font.baseline - source.baseline });
    pen += glyph.advance;
  }
  const inks = placed.map(({ glyph, x, down }) => inkOf(glyph, x, down));
  return placed.map(({ glyph, x }, position) => {
    const around = inks.slice(Math.max(0, position - 1), position + 2).flat();
    const blank = blankOf(x, glyph.advance, font.lineHeight, new Set(around.map(key)));
    return { x, width: glyph.advance, ink: inks[position] ?? [], blank };
  });
}

function key({ x, y }: Point): number {
  return (y + 512) * 65_536 + x;
}

function inkOf(glyph: Glyph, penX: number, down: number): Point[] {
  return Array.from(glyph.ink).flatMap((ink, at) =>
    ink === 0
      ? []
      : [{ x: penX + glyph.left + (at % glyph.width), y: down + glyph.top + Math.floor(at / glyph.width) }],
  );
}

function blankOf(x: number, width: number, height: number, inked: ReadonlySet<number>): Point[] {
  return Array.from({ length: width * height }, (_, at) => ({
    x: x + (at % width),
    y: Math.floor(at / width),
  })).filter((point) => !inked.has(key(point)));
}

/** How far a text reaches from its upper left corner; right and bottom are just outside. */
function boundsOf(cells: readonly Cell[]): { left: number; top: number; right: number; bottom: number } {
  const bounds = { left: 0, top: 0, right: 0, bottom: 0 };
  for (const { x, y } of cells.flatMap(({ ink, blank }) => [...ink, ...blank])) {
    bounds.left = Math.min(bounds.left, x);
    bounds.top = Math.min(bounds.top, y);
    bounds.right = Math.max(bounds.right, x + 1);
    bounds.bottom = Math.max(bounds.bottom, y + 1);
  }
  return bounds;
}

/** A row of a character by which a text is looked for: which of 32 pixels must have their left neighbour's colour, or not. */
interface Anchor extends Point {
  readonly care: number;
  readonly expected: number;
}

const longestAnchor = 32;

/** The row that says most: where ink and blank touch, colours must differ; within ink they must not. */
function bestAnchor(cells: readonly Cell[]): Anchor | undefined {
  let best: Anchor | undefined;
  let most = 0;
  for (const cell of cells) {
    const [ink, blank] = [new Set(cell.ink.map(key)), new Set(cell.blank.map(key))];
    for (const y of new Set(cell.ink.map((point) => point.y))) {
      let [care, expected, weight] = [0, 0, 0];
      for (let bit = 1; bit < Math.min(cell.width, longestAnchor); bit += 1) {
        const [before, here] = [key({ x: cell.x + bit - 1, y }), key({ x: cell.x + bit, y })];
        const bothInk = ink.has(before) && ink.has(here);
        const edge = (ink.has(before) && blank.has(here)) || (blank.has(before) && ink.has(here));
        if (!bothInk && !edge) continue;
        care |= 1 << bit;
        if (bothInk) expected |= 1 << bit;
        weight += edge ? 2 : 1;
      }
      if (weight > most) {
        most = weight;
        best = { x: cell.x, y, care, expected };
      }
    }
  }
  return best;
}

/** A cell as distances in a picture's list of pixels. */
interface Template {
  readonly ink: Int32Array;
  readonly blank: Int32Array;
}

function template({ ink, blank }: Cell, width: number): Template {
  const distances = (points: readonly Point[]): Int32Array =>
    Int32Array.from(points, (point) => point.y * width + point.x);
  return { ink: distances(ink), blank: distances(blank) };
}

function matches(pixels: Int32Array, templates: readonly Template[], at: number, opaque: boolean): boolean {
  // What stands between two characters must not have the colour of the one before it.
  let colour: number | undefined;
  for (const { ink, blank } of templates) {
    if (ink.length > 0) colour = pixels[at + (ink[0] ?? 0)];
    for (const distance of ink) if (pixels[at + distance] !== colour) return false;
    const ground = opaque ? pixels[at + (blank[0] ?? 0)] : undefined;
    for (const distance of blank) {
      const pixel = pixels[at + distance];
      if (pixel === colour && ink.length > 0) return false;
      if (opaque ? pixel !== ground : pixel === colour) return false;
    }
  }
  return true;
}
