import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseElf } from '../../../src/formats/elf.ts';

/** A 32-bit big-endian shared object with one segment that holds a dynamic section, and nothing else. */
function smallElf(): Buffer {
  const bytes = Buffer.alloc(256);
  Buffer.from('\x7fELF\x01\x02\x01', 'latin1').copy(bytes);
  bytes.writeUInt16BE(3, 16);
  bytes.writeUInt16BE(20, 18);
  bytes.writeUInt32BE(52, 28);
  bytes.writeUInt16BE(32, 42);
  bytes.writeUInt16BE(2, 44);
  const segment = (at: number, type: number, offset: number, size: number): void => {
    [type, offset, 0x1000 + offset, 0, size].forEach((value, n) => bytes.writeUInt32BE(value, at + n * 4));
  };
  segment(52, 1, 0, 256);
  segment(84, 2, 120, 40);
  [5, 0x1000 + 200, 14, 1, 1, 11, 1, 21, 0, 0].forEach((value, n) => bytes.writeUInt32BE(value, 120 + n * 4));
  bytes.write('\0libx.so.1\0liby.so.2\0libz.so.3\0', 200, 'latin1');
  return bytes;
}

test('name and needs of a library of another word size and byte order', () => {
  expect(parseElf(smallElf())).toEqual({
    class: 32,
    littleEndian: false,
    machine: 20,
    type: 'shared',
    pie: false,
    interpreter: undefined,
    soname: 'libx.so.1',
    needed: ['liby.so.2', 'libz.so.3'],
  });
});

test.skipIf(process.platform !== 'linux')("a real program: this machine's Node", () => {
  const elf = parseElf(readFileSync(process.execPath));
  expect(elf).toMatchObject({ class: 64, littleEndian: true });
  expect(elf?.interpreter).toMatch(/\/ld-/);
  expect(elf?.needed.some((name) => name.startsWith('libc.'))).toBe(true);
});

test('a text is no ELF file; a torn one is an error', () => {
  expect(parseElf(Buffer.from('#!/bin/sh\n'))).toBeUndefined();
  expect(() => parseElf(smallElf().subarray(0, 60))).toThrow(/cut short or damaged/);
});
