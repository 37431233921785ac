import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readDeb } from '../../../src/formats/deb.ts';
import { readBuffer } from '../../../src/formats/read-at.ts';
import { findProgram, run } from '../../../src/sys/run.ts';

function member(name: string, body: string): string {
  const head = `${name.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}${String(body.length).padEnd(10)}\`\n`;
  return head + body + (body.length % 2 === 1 ? '\n' : '');
}

function deb(...members: [string, string][]): Buffer {
  return Buffer.from(`!<arch>\n${members.map(([name, body]) => member(name, body)).join('')}`, 'latin1');
}

test('finds both archives, past members it does not know, with odd sizes', () => {
  const bytes = deb(
    ['debian-binary', '2.0\n'],
    ['_extra', 'abc'],
    ['control.tar.xz/', 'CONTROL'],
    ['data.tar.zst', 'DATA!'],
  );
  const { control, data } = readDeb(readBuffer(bytes));
  expect(control).toMatchObject({ compression: 'xz', size: 7 });
  expect(data).toMatchObject({ compression: 'zst', size: 5 });
  expect(bytes.toString('latin1', control.offset, control.offset + control.size)).toBe('CONTROL');
  expect(bytes.toString('latin1', data.offset, data.offset + data.size)).toBe('DATA!');
});

test.each([
  ['no archive', Buffer.from('<html>404</html>'), /does not start as an ar archive/],
  ['no data', deb(['debian-binary', '2.0\n'], ['control.tar', '']), /no data.tar/],
  ['a packing of the future', deb(['debian-binary', '2.0\n'], ['control.tar.br', '']), /control.tar.br/],
  ['a format of the future', deb(['debian-binary', '3.0\n']), /version is 3.0/],
  [
    'a torn file',
    deb(['debian-binary', '2.0\n'], ['control.tar', ''], ['data.tar', 'abcd']).subarray(0, -2),
    /cut short/,
  ],
])('%s is an error', (_, bytes, message) => {
  expect(() => readDeb(readBuffer(bytes))).toThrow(message);
});

test.skipIf(findProgram('dpkg-deb') === undefined)(
  'a package made by dpkg-deb is read (skipped without dpkg-deb)',
  async () => {
    const dir = mkdtempSync(join(tmpdir(), 'deb-'));
    try {
      mkdirSync(join(dir, 'root', 'DEBIAN'), { recursive: true });
      const control =
        'Package: tiny\nVersion: 1\nArchitecture: all\nMaintainer: A <a@b.example>\nDescription: tiny\n';
      writeFileSync(join(dir, 'root', 'DEBIAN', 'control'), control);
      await run(['dpkg-deb', '-Zgzip', '-b', join(dir, 'root'), join(dir, 'tiny.deb')]);
      const bytes = readFileSync(join(dir, 'tiny.deb'));
      const { data } = readDeb(readBuffer(bytes));
      expect(data.compression).toBe('gz');
      expect(bytes.readUInt16BE(data.offset)).toBe(0x1f8b);
    } finally {
      rmSync(dir, { recursive: true });
    }
  },
);
