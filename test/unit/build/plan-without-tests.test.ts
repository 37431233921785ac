import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { planBuild } from '../../../src/build/plan.ts';
import type { Lock } from '../../../src/debian/lock-file.ts';
import { requestOf } from '../../../src/debian/lock-request.ts';
import { loadRecipe } from '../../../src/recipe/load.ts';

/** The ids of all targets of a recipe that extends `base`. */
async function idsOf(more: string): Promise<Record<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'diskbios-plan-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'a.yaml'), `name: a\nextends: base\n${more}`);
  const { recipe } = await loadRecipe('a.yaml', { cwd: folder });
  const busybox = {
    name: 'busybox-static',
    version: '1',
    arch: 'amd64',
    source: 'debian',
    path: 'pool/main/b/busybox/busybox-static_1_amd64.deb',
    size: 1,
    sha256: 'a'.repeat(64),
  };
  const lock: Lock = {
    lockVersion: 1,
    request: requestOf(recipe),
    date: 1,
    image: [busybox],
    kernel: [],
    tools: { build: [], qemu: [], serve: [] },
  };
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
