import { describe, expect, test } from 'vitest';
import { readPf2 } from '../../../src/formats/pf2.ts';
import { readPpm } from '../../../src/formats/ppm.ts';
import { recorded } from '../../helpers/recorded.ts';

describe("GRUB's fonts", () => {
  const font = readPf2(recorded('sans-18.pf2'));

  test('name and measures', () => {
    expect(font).toMatchObject({ name: 'Diskbios Regular 18', baseline: 18, lineHeight: 23, opaque: false });
  });

  test('a character has its shape and its place in the line', () => {
    const glyph = font.glyph('L'.codePointAt(0)!)!;
    const drawn = Array.from({ length: glyph.height }, (_, y) =>
      Array.from(glyph.ink.subarray(y * glyph.width, (y + 1) * glyph.width), (ink) => (ink ? '#' : '.')).join(
        '',
      ),
    );
    expect(drawn.at(0)).toMatch(/^##\.+$/);
    expect(drawn.at(-1)).toMatch(/^#+$/);
    expect(glyph.top + glyph.height).toBe(font.baseline);
    expect(glyph.advance).toBeGreaterThan(glyph.width);
  });

  test('a space is empty and moves the pen', () => {
    const space = font.glyph(0x20)!;
    expect(space.ink.some((ink) => ink !== 0)).toBe(false);
    expect(space.advance).toBeGreaterThan(3);
  });

  test('what it does not have it does not have', () => expect(font.glyph(0x4e00)).toBeUndefined());

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['another file', Buffer.from('PNG and so on, quite long')],
    ['half a font', recorded('sans-18.pf2').subarray(0, 30)],
  ])('%s is no font', (_, bytes) => expect(() => readPf2(bytes)).toThrow('not a font'));
});

describe('PPM', () => {
  test('pixels are read row by row', () => {
    const bytes = Buffer.concat([
      Buffer.from('P6\n# a comment\n2 1\n255\n'),
      Buffer.from([1, 2, 3, 255, 0, 16]),
    ]);
    const { width, height, pixels } = readPpm(bytes);
    expect([width, height, ...pixels]).toEqual([2, 1, 0x010203, 0xff0010]);
  });

  test('a picture that is cut off, or none, is refused', () => {
    expect(() => readPpm(Buffer.from('P6\n2 1\n255\nxxxxx'))).toThrow('not a whole picture');
    expect(() => readPpm(Buffer.from('P5\n2 1\n255\nxxxxxx'))).toThrow('not a whole picture');
  });
});
