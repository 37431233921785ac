/** A character of a bitmap font. */
export interface Glyph {
  /** Size of its bitmap; both are 0 for a space. */
  readonly width: number;
  readonly height: number;
  /** Where the bitmap lies: pixels right of the pen, and pixels below the top of the line. */
  readonly left: number;
  readonly top: number;
  /** How far the pen moves on. */
  readonly advance: number;
  /** 1 for ink, 0 for none: rows from the top, `width` values each. */
  readonly ink: Uint8Array;
}

export interface BitmapFont {
  readonly name: string;
  /** Height of a line. */
  readonly lineHeight: number;
  /** Pixels from the top of a line to its base line, on which letters stand. */
  readonly baseline: number;
  /** Whether a character is drawn with its own background, one colour all over its cell, as consoles do. */
  readonly opaque: boolean;
  /** The character with this code point; `undefined`: the font does not have it. */
  glyph(code: number): Glyph | undefined;
}
