import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { planBuild } from '../../../src/build/plan.ts';
import type { Lock } from '../../../src/debian/lock-file.ts';
import { requestOf } from '../../../src/debian/lock-request.ts';
import { pathOfMedium, thisMedium } from '../../../src/plan/this-medium.ts';
import type { StepNode } from '../../../src/plan/types.ts';
import { loadRecipe } from '../../../src/recipe/load.ts';

/** How many disks are written for these media. */
async function disks(media: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'diskbios-plan-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'a.yaml'), `name: a\nextends: base\nmedia: ${media}\n`);
  const { recipe } = await loadRecipe('a.yaml', { cwd: folder });
  const locked = (name: string): Lock['image'][number] => {
    const path = `pool/main/${name}_1_amd64.deb`;
    return { name, version: '1', arch: 'amd64', source: name, path, size: 1, sha256: 'a'.repeat(64) };
  };
  const lock: Lock = {
    lockVersion: 1,
    request: requestOf(recipe),
    date: 1,
    image: [locked('busybox-static')],
    kernel: [locked('linux-image-amd64')],
    tools: { build: [locked('xorriso')], qemu: [locked('qemu-utils')], serve: [] },
  };
  const ids = new Set<string>();
  const visit = (node: StepNode): void => {
    if (node.kind.name === 'disk') ids.add(node.id);
    for (const input of Object.values(node.inputs)) visit(input);
  };
  for (const { node } of planBuild(recipe, lock, 1).targets) visit(node);
  return ids.size;
}

test('media that ask for the same disk share it', async () => {
  expect(await disks('{ usb: {}, qcow2: {}, ova: {} }')).toBe(1);
  const asked = '{ size: 4GiB, slot-size: 256MiB, data-size: 64MiB }';
  expect(await disks(`{ usb: ${asked}, qcow2: ${asked}, vmdk: ${asked} }`)).toBe(1);
  expect(await disks(`{ usb: ${asked}, qcow2: { size: 8GiB, slot-size: 256MiB } }`)).toBe(2);
});

test('a mistake in a disk that several share has the place of the medium that was asked for', () => {
  expect(pathOfMedium([...thisMedium, 'size'], 'vmdk')).toEqual(['media', 'vmdk', 'size']);
  expect(pathOfMedium([...thisMedium, 'size'], undefined)).toEqual(['media']);
  expect(pathOfMedium(['media', 'iso', 'label'], 'usb')).toEqual(['media', 'iso', 'label']);
  expect(pathOfMedium([], 'usb')).toEqual([]);
});
