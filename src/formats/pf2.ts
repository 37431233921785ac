import { FailedError } from '../base/errors.ts';
import type { BitmapFont, Glyph } from './bitmap-font.ts';

/**
 * Reads a font of GRUB's (PFF2: "GRUB Developers Manual", chapter "PFF2 font file format"; `grub-core/font/font.c`). All numbers are big-endian.
 * A file is a chain of sections, each a name of four letters, a length and its contents; the last, `DATA`, has no length.
 * Throws `FailedError` (`not-a-font`) where it is none.
 */
export function readPf2(file: Uint8Array): BitmapFont {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const sections = readSections(bytes);
  const ascent = sections.get('ASCE')?.readUInt16BE(0);
  const descent = sections.get('DESC')?.readUInt16BE(0);
  const index = sections.get('CHIX');
  if (sections.get('FILE')?.toString('latin1') !== 'PFF2' || ascent === undefined || descent === undefined) {
    throw new FailedError('not-a-font', 'it is not a font in the format PFF2');
  }
  const offsets = new Map<number, number>();
  for (let at = 0; index !== undefined && at + 9 <= index.length; at += 9) {
    // The three low bits of the flags name a compression; none has ever been defined.
    if ((index.readUInt8(at + 4) & 7) === 0) offsets.set(index.readUInt32BE(at), index.readUInt32BE(at + 5));
  }
  const glyphs = new Map<number, Glyph>();
  return {
    name: sections.get('NAME')?.toString('latin1').replace(/\0$/, '') ?? '',
    lineHeight: ascent + descent,
    baseline: ascent,
    opaque: false,
    glyph: (code) => {
      const offset = offsets.get(code);
      if (offset === undefined) return undefined;
      const glyph = glyphs.get(code) ?? readGlyph(bytes, offset, ascent);
      glyphs.set(code, glyph);
      return glyph;
    },
  };
}

function readSections(bytes: Buffer): Map<string, Buffer> {
  const sections = new Map<string, Buffer>();
  for (let at = 0; at + 8 <= bytes.length; ) {
    const name = bytes.toString('latin1', at, at + 4);
    if (name === 'DATA') break;
    const length = bytes.readUInt32BE(at + 4);
    sections.set(name, bytes.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return sections;
}

/** A glyph says where the lower edge of its bitmap lies above the base line; bits follow each other, rows are not padded. */
function readGlyph(bytes: Buffer, offset: number, ascent: number): Glyph {
  const [width, height] = [bytes.readUInt16BE(offset), bytes.readUInt16BE(offset + 2)];
  const ink = new Uint8Array(width * height);
  for (let i = 0; i < ink.length; i += 1) {
    ink[i] = (bytes.readUInt8(offset + 10 + (i >> 3)) >> (7 - (i & 7))) & 1;
  }
  return {
    width,
    height,
    left: bytes.readInt16BE(offset + 4),
    top: ascent - bytes.readInt16BE(offset + 6) - height,
    advance: bytes.readInt16BE(offset + 8),
    ink,
  };
}
