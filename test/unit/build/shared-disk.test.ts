import { expect, test } from 'vitest';
import { planBuild } from '../../../src/build/plan.ts';
import { pathOfMedium, thisMedium } from '../../../src/plan/this-medium.ts';
import type { StepNode } from '../../../src/plan/types.ts';
import { recipeAndLock } from '../../helpers/tiny-lock.ts';

/** How many disks are written for these media. */
async function disks(media: string): Promise<number> {
  const { recipe, lock } = await recipeAndLock(`media: ${media}\n`);
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
