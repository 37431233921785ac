import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { BootError } from '../../src/boot/failures.ts';
import type { Guest } from '../../src/boot/guest.ts';
import { describeFile } from '../../src/image/describe.ts';
import { bootGuest, medium, waitForReady } from '../helpers/boot.ts';

const { images, tools } = inject('fixture');
/** The prediction is to be this near. */
const near = 0.15;

/** Through GRUB, which holds kernel and initrd at once: what the least machine has memory for. */
const file = join(images, 'quick.iso');
const predicted = describeFile(file).manifest?.memory?.bios.bytes ?? 0;

function start(part: number): Promise<Guest> {
  const memory = predicted * part;
  return bootGuest({ tools, name: `memory ${part}`, drives: [medium(file, 'cd')], memory });
}

test('an image starts with little more memory than is predicted', async () => {
  expect(predicted).toBeGreaterThan(64 * 1024 ** 2);
  await waitForReady(await start(1 + near));
});

test('and not with little less, by lack of memory', async () => {
  const error: unknown = await start(1 - near)
    .then(waitForReady)
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(BootError);
  expect((error as BootError).failure).toBe('out-of-memory');
});
