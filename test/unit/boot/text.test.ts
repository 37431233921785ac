import { describe, expect, test } from 'vitest';
import { chords } from '../../../src/boot/keys.ts';
import { recognise } from '../../../src/boot/signs.ts';
import { lastLines, plainTexter } from '../../../src/boot/terminal-text.ts';
import { vgaLines } from '../../../src/boot/vga-text.ts';

describe('what a terminal shows, as plain text', () => {
  const menu = '\x1b[0m\x1b[30m\x1b[47m\x1b[2J\x1b[01;01HGNU GRUB\x1b[5;3H*Live\r\n\x1b[=3hready\x1b[?25l!';
  const plain = '\nGNU GRUB\n*Live\nready!';

  test('colours go, and jumps of the cursor become lines', () => {
    expect(plainTexter()(menu)).toBe(plain);
  });

  test('pieces may end within a control sequence', () => {
    const text = plainTexter();
    expect(
      menu
        .split('')
        .map((character) => text(character))
        .join(''),
    ).toBe(plain);
  });

  test('the last lines are those that say something', () => {
    expect(lastLines('one\n\ntwo  \n\nthree\n\n', 2)).toEqual(['two', 'three']);
  });
});

test('a VGA text buffer is read as lines, without colours and empty rows', () => {
  const buffer = new Uint8Array(80 * 25 * 2).fill(0x07);
  for (let i = 0; i < buffer.length; i += 2) buffer[i] = 0x20;
  const put = (row: number, text: string): void =>
    text.split('').forEach((character, column) => {
      buffer[(row * 80 + column) * 2] = character.charCodeAt(0);
    });
  put(3, 'Entering rescue mode...');
  put(24, 'grub rescue> ');
  expect(vgaLines(buffer)).toEqual(['Entering rescue mode...', 'grub rescue>']);
  expect(recognise(vgaLines(buffer).join('\n'))?.failure).toBe('grub-rescue');
});

describe('keys', () => {
  test('a text becomes presses on a US keyboard', () => {
    expect(chords('aB1 -_/\n')).toEqual([
      ['a'],
      ['shift', 'b'],
      ['1'],
      ['spc'],
      ['minus'],
      ['shift', 'minus'],
      ['slash'],
      ['ret'],
    ]);
    expect(chords('~!@"<>?').every((keys) => keys[0] === 'shift' && keys.length === 2)).toBe(true);
  });

  test('a character that it does not have is refused', () => {
    expect(() => chords('ä')).toThrow('no key for "ä"');
  });
});
