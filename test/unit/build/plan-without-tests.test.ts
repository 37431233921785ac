import { expect, test } from 'vitest';
import { planBuild } from '../../../src/build/plan.ts';
import { recipeAndLock } from '../../helpers/tiny-lock.ts';

/** The ids of all targets of a recipe that extends `base`. */
async function idsOf(more: string): Promise<Record<string, string>> {
  const { recipe, lock } = await recipeAndLock(more);
  return Object.fromEntries(planBuild(recipe, lock, 1).targets.map(({ name, node }) => [name, node.id]));
}

test('tests change no step: the image is the same with them, without them and with others', async () => {
  const without = await idsOf('');
  expect(Object.keys(without)).toEqual(['a.iso', 'a.spdx.json']);
  expect(await idsOf('tests: [{ name: x, steps: [{ ready: live }] }]')).toEqual(without);
  expect(
    await idsOf('tests: [{ name: y, matrix: { memory: 1GiB }, steps: [{ wait: 1s }, { reboot: {} }] }]'),
  ).toEqual(without);
  // It is not that nothing changes them.
  expect((await idsOf('version: "2"'))['a.iso']).not.toBe(without['a.iso']);
});
