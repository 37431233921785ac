import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { FailedError } from '../../../src/base/errors.ts';
import { planBuild } from '../../../src/build/plan.ts';
import { checkRoom, checkRoomAhead, roomNeeded } from '../../../src/build/room.ts';
import type { Lock } from '../../../src/debian/lock-file.ts';
import { requestOf } from '../../../src/debian/lock-request.ts';
import { loadRecipe } from '../../../src/recipe/load.ts';
import type { Store } from '../../../src/store/store.ts';
import { lockedPackage } from '../../helpers/tiny-lock.ts';

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

/** What is said of a recipe of which nothing is built, where so many bytes are free. */
async function refusal(lines: readonly string[], free: number): Promise<FailedError | undefined> {
  const dir = mkdtempSync(join(tmpdir(), 'diskbios-room-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  writeFileSync(join(dir, 'box.yaml'), `${lines.join('\n')}\n`);
  const { recipe } = await loadRecipe('box.yaml', { cwd: dir });
  const lock: Lock = {
    lockVersion: 1,
    request: requestOf(recipe),
    date: 1,
    image: [lockedPackage('busybox-static', 30e6)],
    kernel: [lockedPackage('linux-image-amd64', 50e6)],
    tools: { build: [lockedPackage('xorriso', 1)], qemu: [], serve: [] },
  };
  const empty = { find: () => undefined } as unknown as Store;
  try {
    checkRoomAhead(planBuild(recipe, lock, 1), join(dir, 'out'), empty, free);
  } catch (error) {
    if (error instanceof FailedError) return error;
    throw error;
  }
  return undefined;
}

test('too little room is told with the medium in the recipe that asks for most of it', async () => {
  const recipe = ['name: box', 'extends: base', 'media:', '  usb:', '    size: 3GiB'];
  const error = await refusal(recipe, 10e6);
  expect(error).toMatchObject({ code: 'no-space', place: { line: 5, column: 5 } });
  expect(error?.place?.file).toMatch(/box\.yaml$/);
  expect(error?.message).toMatch(/there is too little room in .*out for box\.(iso|img) and .*missing$/);
  expect(error?.hint).toMatch(/most of it is for box\.img, which `--medium iso` leaves out/);
  expect(await refusal(recipe, 10e9)).toBeUndefined();
});

test('a medium that no recipe of the user names has no place', async () => {
  expect((await refusal(['name: box', 'extends: base'], 1e6))?.place?.file ?? '').not.toMatch(/box\.yaml$/);
});
