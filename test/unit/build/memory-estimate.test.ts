import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { planMemory } from '../../../src/build/memory.ts';
import { planBuild } from '../../../src/build/plan.ts';
import type { Lock } from '../../../src/debian/lock-file.ts';
import { requestOf } from '../../../src/debian/lock-request.ts';
import { loadRecipe } from '../../../src/recipe/load.ts';

const mebibyte = 1024 ** 2;

/** MiB that a machine with a BIOS needs, estimated for an image of 14 MiB of packages and a kernel's package of this size. */
async function estimated(more: string, kernel: [name: string, size: number]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'diskbios-estimate-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'a.yaml'), `name: a\nextends: base\n${more}`);
  const { recipe } = await loadRecipe('a.yaml', { cwd: folder });
  const locked = (name: string, size: number): Lock['image'][number] => ({
    ...{ name, version: '1', arch: 'amd64', source: name, path: `pool/${name}_1_amd64.deb` },
    ...{ size: size * mebibyte, sha256: 'a'.repeat(64) },
  });
  const lock: Lock = {
    ...{ lockVersion: 1, request: requestOf(recipe), date: 1, image: [locked('busybox-static', 14)] },
    kernel: [locked(...kernel)],
    tools: { build: [locked('xorriso', 1)], qemu: [], serve: [] },
  };
  const found = planMemory(planBuild(recipe, lock, 1), { find: () => undefined });
  return (found?.need.bios.bytes ?? 0) / mebibyte;
}

const profiles = 'modules: { profiles: [filesystems, containers] }';

test('the package of a kernel’s source counts for nothing in the image, that of its modules does', async () => {
  const debian = await estimated(`kernel: { ${profiles} }\n`, ['linux-image-amd64', 103]);
  const own = await estimated('kernel: { source: linux-source-6.12, config: [base, virtual, pe] }\n', [
    'linux-source-6.12',
    150,
  ]);
  expect(debian).toBeGreaterThan(150);
  expect(own).toBeLessThan(100);
});

test('microcode is loaded too', async () => {
  const kernel: [string, number] = ['linux-image-amd64', 103];
  const components = 'packages: { components: [main, non-free-firmware] }\n';
  const without = await estimated(`${components}hardware: { profiles: [pc], microcode: none }\n`, kernel);
  const more = await estimated(`${components}hardware: pc\n`, kernel);
  expect(more - without).toBeGreaterThanOrEqual(18);
});
