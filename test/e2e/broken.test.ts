import {
  closeSync,
  copyFileSync,
  fstatSync,
  openSync,
  readSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { BootError, type BootFailure } from '../../src/boot/failures.ts';
import { type BootRequest, bootGuest, medium, waitForReady } from '../helpers/boot.ts';

const { dir, images, tools } = inject('fixture');

/** A copy of the minimal image in which every occurrence of a text is replaced by another of the same length. */
function spoiled(name: string, from: string, to: string): string {
  if (from.length !== to.length) throw new Error('the texts differ in length');
  const file = join(dir, `${name}.iso`);
  copyFileSync(join(images, 'minimal.iso'), file);
  const fd = openSync(file, 'r+');
  const bytes = Buffer.alloc(fstatSync(fd).size);
  readSync(fd, bytes, 0, bytes.length, 0);
  let found = 0;
  for (let at = bytes.indexOf(from); at !== -1; at = bytes.indexOf(from, at + 1)) {
    writeSync(fd, to, at);
    found += 1;
  }
  closeSync(fd);
  expect(found, `${from} is in the image`).toBeGreaterThan(0);
  return file;
}

async function failureOf(request: Omit<BootRequest, 'tools'>): Promise<BootError> {
  const guest = await bootGuest({ tools, ...request });
  try {
    await waitForReady(guest);
  } catch (error) {
    if (error instanceof BootError) return error;
    throw error;
  }
  throw new Error('the broken image booted');
}

describe('a machine that cannot boot says why', () => {
  const cases: readonly [string, BootFailure, () => Omit<BootRequest, 'tools' | 'name'>][] = [
    ['without any medium, on BIOS', 'no-boot-medium', () => ({})],
    ['without any medium, on UEFI', 'no-boot-medium', () => ({ firmware: 'uefi' })],
    [
      'from an empty disk',
      'no-boot-medium',
      () => {
        const file = join(dir, 'empty.img');
        writeFileSync(file, '');
        truncateSync(file, 8 * 1024 ** 2);
        return { drives: [medium(file, 'virtio')] };
      },
    ],
    [
      'with a menu entry whose kernel is not there',
      'boot-entry-broken',
      () => ({ drives: [medium(spoiled('entry', 'linux /boot/vmlinuz', 'linux /boot/missing'), 'cd')] }),
    ],
    [
      'with a boot loader that lacks its configuration',
      'grub-shell',
      () => ({ drives: [medium(spoiled('menu', 'grub.cfg', 'grub.xyz'), 'cd')] }),
    ],
    [
      'with an initrd whose init is not there',
      'kernel-panic',
      () => ({ drives: [medium(spoiled('init', 'diskbios.mode=live', 'rdinit=/missingxyz'), 'cd')] }),
    ],
    [
      'with a root file system that is damaged',
      'early-init-failed',
      () => ({ drives: [medium(spoiled('livefs', 'hsqs', 'nope'), 'cd')] }),
    ],
  ];
  test.each(cases)('%s: %s', async (name, failure, request) => {
    const error = await failureOf({ name: `broken-${name.replaceAll(/\W+/g, '-')}`, ...request() });
    expect(error.failure).toBe(failure);
    expect(error.message).not.toBe('');
    expect(error.command).toContain('qemu-system-x86_64');
  });

  test('with too little memory for the image', async () => {
    const drives = [medium(join(images, 'diskbios.iso'), 'cd')];
    const error = await failureOf({ name: 'broken-memory', memory: 96 * 1024 ** 2, drives });
    expect(error.failure).toBe('out-of-memory');
  });
});

test('a machine that says nothing is a hang, told within the time of silence', async () => {
  const guest = await bootGuest({ tools, name: 'hang', drives: [medium(join(images, 'minimal.iso'), 'cd')] });
  await waitForReady(guest);
  await expect(guest.waitFor('never said', { silence: 8000 })).rejects.toMatchObject({ failure: 'hang' });
});
