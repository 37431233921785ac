import { describe, expect, test } from 'vitest';
import { BootError, recognise } from '../../../src/boot/failures.ts';
import { chords } from '../../../src/boot/keys.ts';
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

describe('signs of a failed boot', () => {
  test.each([
    ['grub-rescue', 'error: no such partition.\nEntering rescue mode...\ngrub rescue> '],
    ['grub-shell', 'Minimal BASH-like line editing is supported.\n\ngrub> '],
    ['boot-entry-broken', "error: file `/boot/vmlinuz' not found.\n\nPress any key to continue..."],
    [
      'boot-entry-broken',
      'error: loader/i386/linux.c:grub_cmd_initrd:1094:you need to load the kernel first.',
    ],
    ['kernel-panic', '[    2.01] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100'],
    ['out-of-memory', 'Kernel panic - not syncing: System is deadlocked on memory'],
    [
      'out-of-memory',
      'Initramfs unpacking failed: write error\nKernel panic - not syncing: VFS: Unable to mount',
    ],
    ['early-init-failed', 'x\ndiskbios: early init: cannot mount /dev and /run\n'],
    ['supervisor-failed', "Possibly unhandled promise rejection: ReferenceError: 'x' is not defined\n    at"],
    ['no-boot-medium', 'enter handle_18:\n  NULL\nNo bootable device.\n'],
    ['no-boot-medium', '>>Start PXE over IPv4.'],
  ])('%s', (failure, text) => {
    expect(recognise(text)?.failure).toBe(failure);
  });

  test('the line that gives it away is told whole', () => {
    expect(recognise('a\n[ 2.01] Kernel panic - not syncing: VFS\nb')?.line).toBe(
      '[ 2.01] Kernel panic - not syncing: VFS',
    );
  });

  test('a healthy boot shows none', () => {
    const healthy =
      'GNU GRUB  version 2.12\n Live\nPress enter to boot\n[ 0.0] Linux version 6.12\nrandom: crng init done\n' +
      'error: no suitable video mode found.\nDISKBIOS-READY mode=live up=2.00\nbox login: ';
    expect(recognise(healthy)).toBeUndefined();
  });

  test('the error names the failure and shows the last lines', () => {
    const finding = { failure: 'hang', message: 'it said nothing', line: '' } as const;
    const error = new BootError(finding, ['last words'], 'qemu …');
    expect(error.code).toBe('hang');
    expect(error.hint).toContain('last words');
    expect(new BootError(finding, [], '').hint).toContain('nothing on the serial console');
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
