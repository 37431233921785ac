import { expect, it } from 'vitest';
import { readPseudoFile } from '../../../src/formats/pseudo-file.ts';

const head = [
  '/ D 1795140670 755 0 0',
  'bin S 1795140670 777 0 0 usr/bin',
  'etc/a\\ name\\\\with R 1 R 1795140670 644 0 0 3 0 0',
  'etc/host R 1795140670 644 0 0 4 3 0',
  'etc/link L etc/host',
  '#',
  '# START OF DATA - DO NOT MODIFY',
  '#',
  '',
].join('\n');

const reader = (bytes: Buffer) => (offset: number, length: number) => bytes.subarray(offset, offset + length);

it('finds contents after the definitions, also of odd names', () => {
  const text = head.replace('with R 1 R', 'with\\ R\\ 1 R');
  const bytes = Buffer.from(`${text}abcdefg`);
  const found = readPseudoFile(reader(bytes));
  expect([...found.keys()]).toEqual(['etc/a name\\with R 1', 'etc/host']);
  const { offset, size } = found.get('etc/host') ?? { offset: 0, size: 0 };
  expect(bytes.toString('utf8', offset, offset + size)).toBe('defg');
});

it('finds the data behind definitions that are longer than what is read at once', () => {
  const many = Array.from({ length: 3000 }, (_, n) => `file-${n} R 1 644 0 0 1 ${n} 0`).join('\n');
  const bytes = Buffer.from(`${many}\n${head}${'x'.repeat(2999)}!`);
  const { offset = 0 } = readPseudoFile(reader(bytes)).get('file-2999') ?? {};
  expect(bytes.toString('utf8', offset)).toBe('!');
});

it('says so where there is no data', () => {
  expect(() => readPseudoFile(reader(Buffer.from('/ D 1 755 0 0\n')))).toThrow('has no data');
});
