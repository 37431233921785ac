import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { drawCut } from '../../soak/cut.ts';
import { imageAfter } from '../../soak/disk-image.ts';
import { atom, type Fragment, survivors } from '../../soak/power-loss.ts';
import { randomNumbers } from '../../soak/random.ts';
import type { RecordedStep, Recording } from '../../soak/record.ts';
import { difference } from '../../soak/tree.ts';
import { type DiskRequest, readWriteLog } from '../../soak/write-log.ts';

const dir = mkdtempSync(join(tmpdir(), 'soak-'));
afterAll(() => rmSync(dir, { recursive: true }));

const write = (at: number, length: number, data: number, fua = false): DiskRequest => ({
  ...{ kind: 'write', at, length, data, fua },
});
const flush: DiskRequest = { kind: 'flush' };

/** A log as QEMU writes it, with the given entries: sector, count, flags, content. */
function logFile(name: string, entries: readonly [number, number, number, string][]): string {
  const sector = (...values: readonly number[]): Buffer => {
    const bytes = Buffer.alloc(512);
    values.forEach((value, i) => bytes.writeBigUInt64LE(BigInt(value), i * 8));
    return bytes;
  };
  const head = sector(0, 1, entries.length, 512);
  head.writeBigUInt64LE(0x6a736677736872n, 0);
  const file = join(dir, name);
  const body = entries.flatMap(([at, count, flags, content]) => [
    sector(at, count, flags, content.length),
    ...(content === '' ? [] : [Buffer.alloc(count * 512, content)]),
  ]);
  writeFileSync(file, Buffer.concat([head, ...body, Buffer.alloc(4096)]));
  return file;
}

test('a log of writes is read up to where it ends', () => {
  const file = logFile('read', [
    [8, 2, 0, 'a'],
    [0, 0, 1, ''],
    [100, 16, 4, ''],
    [0, 1, 2, 'b'],
  ]);
  expect(readWriteLog(file)).toEqual([
    write(4096, 1024, 1024),
    flush,
    { kind: 'discard', at: 51_200, length: 8192 },
    write(0, 512, 3584, true),
  ]);
  writeFileSync(join(dir, 'other'), Buffer.alloc(2048, 'x'));
  expect(() => readWriteLog(join(dir, 'other'))).toThrow('is no log of writes');
});

describe('what is on a disk after its power failed', () => {
  const requests = [
    write(0, 512, 0),
    write(8192, 512, 1),
    flush,
    write(0, 3 * atom, 2),
    write(64, 512, 3, true),
  ];
  const ends = Array.from({ length: 300 }, (_, n) => survivors(requests, 5, randomNumbers(String(n))));
  const pieces = (end: readonly Fragment[]): readonly number[] =>
    end.filter(({ data }) => data >= 2 && data !== 3).map(({ at }) => at);

  test('what was flushed is there, and what was forced through', () => {
    for (const end of ends) {
      expect(end.slice(0, 2).map(({ data }) => data)).toEqual([0, 1]);
      expect(end.at(-1)).toEqual({ at: 64, length: 512, data: 3 });
    }
  });

  test('of the rest there is all, nothing, and any part in whole sectors', () => {
    const kinds = new Set(ends.map((end) => pieces(end).length));
    expect(kinds).toEqual(new Set([0, 1, 2, 3]));
    const torn = ends.find((end) => pieces(end).length === 2);
    expect(
      torn?.every(({ at, length, data }) => data < 2 || data === 3 || (at % atom === 0 && length === atom)),
    ).toBe(true);
  });

  test('what had not been asked for yet is not there', () => {
    expect(survivors(requests, 1, () => 0)).toEqual([{ at: 0, length: 512, data: 0 }]);
    expect(survivors(requests, 0, () => 0)).toEqual([]);
  });

  test('the disk is made of it, and the original stays', async () => {
    const log = logFile('apply', [
      [0, 1, 0, 'a'],
      [0, 1, 0, 'b'],
      [3, 1, 0, 'c'],
    ]);
    const base = join(dir, 'base');
    writeFileSync(base, Buffer.alloc(2048, '-'));
    const all = survivors(readWriteLog(log), 3, () => 0);
    await imageAfter(base, log, all, join(dir, 'made'));
    const text = readFileSync(join(dir, 'made'), 'latin1');
    expect([text[0], text[511], text[512], text[1536], text.length]).toEqual(['b', 'b', '-', 'c', 2048]);
    expect(readFileSync(base, 'latin1')).toBe('-'.repeat(2048));
  });
});

test('a cut follows from seed, number and recording, and lies within its operation', () => {
  const step = { name: 'one', command: '', from: 10, returned: 15, to: 20 } as RecordedStep;
  const recording = { steps: [step, { ...step, name: 'two' }] } as unknown as Recording;
  const cuts = Array.from({ length: 200 }, (_, i) => drawCut(recording, '7', i + 1));
  expect(new Set(cuts.map(({ at }) => at))).toEqual(new Set([10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]));
  expect(new Set(cuts.map(({ twice }) => twice))).toEqual(new Set([false, true]));
  expect(cuts.slice(0, 3).map((cut) => cut.step.name)).toEqual(['one', 'two', 'one']);
  const again = drawCut(recording, '7', 31);
  expect([again.at, again.random()]).toEqual([cuts[30]?.at, cuts[30]?.random()]);
  expect(drawCut(recording, '8', 31).random()).not.toBe(again.random());
});

test('a difference names what is lacking and what is too much', () => {
  expect(difference('a\nb\nc\n', 'b\nc\nd\n')).toEqual(['- a', '+ d']);
  expect(difference('a\n', 'a\n')).toEqual([]);
});
