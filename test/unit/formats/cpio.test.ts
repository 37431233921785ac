import { lstatSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cpioHeader, cpioPadding, cpioRecords, cpioTrailer, readCpio } from '../../../src/formats/cpio.ts';
import type { Entry } from '../../../src/formats/tree.ts';
import { findProgram, run } from '../../../src/sys/run.ts';
import { entry, file, textOf } from './entries.ts';

const entries: Entry[] = [
  entry({ path: 'bin', type: 'dir' }),
  file('bin/tool', 'twelve bytes', { mode: 0o4755 }),
  entry({ path: 'bin/again', type: 'hardlink', target: 'bin/tool' }),
  entry({ path: 'bin/link', type: 'symlink', target: 'tool' }),
  entry({ path: 'console', type: 'char', major: 5, minor: 1, mode: 0o600 }),
  entry({ path: 'pipe', type: 'fifo' }),
  file('empty', ''),
  file('ünïcode', 'x'),
];

function archive(list: readonly Entry[]): Buffer {
  const parts: Buffer[] = [];
  for (const record of cpioRecords(list)) {
    parts.push(cpioHeader(record));
    if (record.entry.type === 'file' && record.linkTo === undefined) {
      parts.push(Buffer.from(textOf(record.entry)), cpioPadding(record.entry.size));
    }
  }
  return Buffer.concat([...parts, cpioTrailer()]);
}

test('what was written is read back, with links, devices and special bits', () => {
  const { records, end } = readCpio(archive(entries));
  expect(end).toBe(archive(entries).length);
  expect(records.map(({ entry: e }) => [e.path, e.type, e.mode])).toEqual([
    ['bin', 'dir', 0o755],
    ['bin/tool', 'file', 0o4755],
    ['bin/again', 'file', 0o4755],
    ['bin/link', 'symlink', 0o777],
    ['console', 'char', 0o600],
    ['pipe', 'fifo', 0o644],
    ['empty', 'file', 0o644],
    ['ünïcode', 'file', 0o644],
  ]);
  expect(records.map(({ ino }) => ino)).toEqual([1, 2, 2, 3, 4, 5, 6, 7]);
  expect(records.map(({ nlink }) => nlink)).toEqual([2, 2, 2, 1, 1, 1, 1, 1]);
  expect(records[2]?.linkTo).toBe('bin/tool');
  expect(textOf(records[1]?.entry)).toBe('twelve bytes');
  expect(records[4]?.entry).toMatchObject({ major: 5, minor: 1 });
});

test('segments after one another start on 4-byte boundaries and are read one by one', () => {
  const first = archive([file('a', 'abc')]);
  expect(first.length % 4).toBe(0);
  const both = Buffer.concat([first, archive([file('b', 'de')])]);
  expect(readCpio(both, first.length).records[0]?.entry.path).toBe('b');
});

test('a file of 4 GiB, a link to nothing and a torn archive are errors', () => {
  const huge: Entry = entry({ path: 'x', type: 'file', size: 2 ** 32, content: { bytes: Buffer.alloc(0) } });
  expect(() => archive([{ ...huge, path: 'x' }])).toThrow(/4 GiB/);
  expect(() => archive([entry({ path: 'l', type: 'hardlink', target: 'gone' })])).toThrow(
    /\/gone, which is not/,
  );
  expect(() => readCpio(archive(entries).subarray(0, 300))).toThrow(/without a trailer|no header/);
});

const program = findProgram('cpio') ?? findProgram('busybox');

test.skipIf(program === undefined)(
  'the real cpio unpacks it (skipped without cpio and busybox)',
  async () => {
    const dir = mkdtempSync(join(tmpdir(), 'cpio-'));
    try {
      mkdirSync(join(dir, 'out'));
      const argv = program?.endsWith('busybox') === true ? [program, 'cpio'] : [program ?? ''];
      const plain = entries.filter((e) => e.type !== 'char');
      await run([...argv, '-id'], { cwd: join(dir, 'out'), stdin: archive(plain) });
      const at = (path: string): string => join(dir, 'out', path);
      expect(readFileSync(at('bin/tool'), 'utf8')).toBe('twelve bytes');
      expect(readFileSync(at('bin/again'), 'utf8')).toBe('twelve bytes');
      expect(statSync(at('bin/again')).ino).toBe(statSync(at('bin/tool')).ino);
      expect(readlinkSync(at('bin/link'))).toBe('tool');
      expect(lstatSync(at('pipe')).isFIFO()).toBe(true);
      expect(readFileSync(at('ünïcode'), 'utf8')).toBe('x');
    } finally {
      rmSync(dir, { recursive: true });
    }
  },
);
