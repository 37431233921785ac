import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { checkRoom, roomNeeded } from '../../../src/build/room.ts';

test('a file needs room beside the one that it replaces, which is free only then', () => {
  expect(roomNeeded([])).toBe(0);
  expect(roomNeeded([{ takes: 10, frees: 0 }])).toBe(10);
  expect(roomNeeded([{ takes: 10, frees: 10 }])).toBe(10);
  expect(
    roomNeeded([
      { takes: 10, frees: 10 },
      { takes: 8, frees: 0 },
      { takes: 1, frees: 0 },
    ]),
  ).toBe(10);
  expect(
    roomNeeded([
      { takes: 8, frees: 0 },
      { takes: 10, frees: 10 },
    ]),
  ).toBe(18);
});

test('where there is room, nothing is compared', () => {
  const dir = mkdtempSync(join(tmpdir(), 'diskbios-room-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  writeFileSync(join(dir, 'box.iso'), 'small');
  const compared = (): never => {
    throw new Error('it was compared');
  };
  checkRoom([{ name: 'box.iso', from: join(dir, 'box.iso') }], join(dir, 'not', 'made', 'yet'), compared);
});
