import { describe, expect, test } from 'vitest';
import { consoleFonts } from '../../../src/boot/console-fonts.ts';
import { searched, textSearch } from '../../../src/boot/find-text.ts';
import { isTextMode, readGrid } from '../../../src/boot/screen-grid.ts';
import type { BitmapFont } from '../../../src/formats/bitmap-font.ts';
import { readPf2 } from '../../../src/formats/pf2.ts';
import type { Picture } from '../../../src/formats/ppm.ts';
import { recorded, recordedPicture } from '../../helpers/recorded.ts';

const sans = readPf2(recorded('sans-18.pf2'));
const unifont = readPf2(recorded('unifont-16.pf2'));

function shows(picture: Picture, text: string, fonts: readonly BitmapFont[]): boolean {
  const where = searched(picture);
  return fonts.some((font) => {
    const others = fonts.filter((other) => other !== font && !font.opaque);
    return textSearch(text, font, others)?.(where) !== undefined;
  });
}

/** A copy with some pixels changed. */
function painted(picture: Picture, paint: (x: number, y: number, colour: number) => number): Picture {
  const { width } = picture;
  const pixels = picture.pixels.map((colour, at) => paint(at % width, Math.floor(at / width), colour));
  return { ...picture, pixels };
}

describe("texts of GRUB's theme, over a picture", () => {
  const theme = recordedPicture('theme');
  const fonts = [sans, unifont];

  test.each(['Live rescue', 'Live rescue, with a titl', 'Rettung für Müller — Größe', 'Entry 5', 'Entry 6'])(
    '%s',
    (text) => expect(shows(theme, text, fonts)).toBe(true),
  );

  test('with a character that comes from another font', () => {
    expect(shows(recordedPicture('theme-snowman'), 'Größe ☃', fonts)).toBe(true);
  });

  test.each(['Live rescues', 'Live rescued', 'Entry 0', 'Entry 12', 'Lived', 'Entry  5', 'Entry5'])(
    '%s is not there',
    (text) => expect(shows(theme, text, fonts)).toBe(false),
  );

  test('a text of which a single pixel is wrong is not there', () => {
    const search = textSearch('Entry 6', sans)!;
    const spot = search(searched(theme))!;
    const { advance, ink, left, top, width } = sans.glyph('E'.codePointAt(0)!)!;
    const stem = ink.indexOf(1);
    const at = (x: number, y: number): number => (spot.y + y) * theme.width + spot.x + x;
    const inkColour = theme.pixels[at(left + (stem % width), top + Math.floor(stem / width))]!;
    for (let y = 0; y < sans.lineHeight; y += 1) {
      for (let x = 0; x < advance; x += 1) {
        const pixels = theme.pixels.slice();
        pixels[at(x, y)] = pixels[at(x, y)] === inkColour ? 0 : inkColour;
        expect(search(searched({ ...theme, pixels })), `${x},${y}`).toBeUndefined();
      }
    }
  });

  test('colours do not matter', () => {
    expect(
      shows(
        painted(theme, (_x, _y, colour) => colour ^ 0xffffff),
        'Entry 5',
        fonts,
      ),
    ).toBe(true);
  });

  test('one colour all over is no text', () => {
    expect(
      shows(
        painted(theme, () => 0xffffff),
        'Live',
        fonts,
      ),
    ).toBe(false);
  });

  test('a text that the fonts cannot draw is not looked for', () => {
    expect(textSearch('漢字', sans, [unifont])).toBeUndefined();
    expect(textSearch('', sans)).toBeUndefined();
    expect(textSearch('  ', consoleFonts[0]!)).toBeUndefined();
  });

  test('a search of a whole screen takes less than 100 ms', () => {
    const { width, height } = { width: 1024, height: 768 };
    const pixels = new Int32Array(width * height).map((_, at) => {
      const [x, y] = [at % width, Math.floor(at / width)];
      return theme.pixels[(y % theme.height) * theme.width + (x % theme.width)] ?? 0;
    });
    const where = searched({ width, height, pixels });
    const search = textSearch('Live rescues', sans)!;
    search(where);
    const started = performance.now();
    expect(search(where)).toBeUndefined();
    expect(performance.now() - started).toBeLessThan(100);
  });
});

describe('consoles', () => {
  const lines = (picture: Picture): string[] | undefined =>
    readGrid(picture, consoleFonts)
      ?.lines.map((line) => line.trimEnd())
      .filter((line) => line !== '');

  test("Linux's framebuffer console, with its cursor", () => {
    const picture = recordedPicture('framebuffer');
    expect(lines(picture)).toEqual(['diskbios login:']);
    expect(shows(picture, 'diskbios login:', consoleFonts)).toBe(true);
    expect(shows(picture, 'diskbios log in:', consoleFonts)).toBe(false);
    expect(shows(picture, 'diskbios login: x', consoleFonts)).toBe(false);
  });

  test("VGA's text mode", () => {
    const picture = recordedPicture('text-mode');
    expect(isTextMode(picture)).toBe(true);
    expect(lines(picture)).toContain('cloudbios login:');
    expect(lines(picture)?.[0]).toBe('  cloudbios 0.1.0  -  cloudbios');
  });

  test('a program that draws its console in the middle, in many colours', () => {
    const picture = recordedPicture('memtest');
    expect(isTextMode(picture)).toBe(false);
    expect(lines(picture)?.[0]).toContain('Memtest86+ v7.20      │ QEMU TCG CPU');
    expect(shows(picture, 'Memtest86+ v7.20', consoleFonts)).toBe(true);
    expect(shows(picture, 'Memtest86 v7.20', consoleFonts)).toBe(false);
  });

  test("UEFI's text screen, also what is marked there", () => {
    const picture = recordedPicture('uefi');
    expect(lines(picture)).toContain(' Reset'.padStart(8).trimEnd());
    expect(shows(picture, '<Standard English>', consoleFonts)).toBe(true);
    expect(shows(picture, 'Boot Maintenance Manager', consoleFonts)).toBe(true);
    expect(shows(picture, 'Boot Maintenance Managers', consoleFonts)).toBe(false);
  });

  test('a picture is no console', () => {
    expect(readGrid(recordedPicture('theme'), consoleFonts)).toBeUndefined();
  });
});
