import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Lock } from '../../src/debian/lock-file.ts';
import { requestOf } from '../../src/debian/lock-request.ts';
import { loadRecipe } from '../../src/recipe/load.ts';
import type { Recipe } from '../../src/recipe/types.ts';

/** A package as a lock pins it. */
export function lockedPackage(name: string, size = 1): Lock['image'][number] {
  const path = `pool/main/${name}_1_amd64.deb`;
  return { name, version: '1', arch: 'amd64', source: name, path, size, sha256: 'a'.repeat(64) };
}

/** A recipe that extends `base` by some lines of YAML, in a folder that goes with the test, and a lock with next to nothing in it. */
export async function recipeAndLock(yaml: string): Promise<{ readonly recipe: Recipe; readonly lock: Lock }> {
  const folder = mkdtempSync(join(tmpdir(), 'diskbios-plan-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'a.yaml'), `name: a\nextends: base\n${yaml}`);
  const { recipe } = await loadRecipe('a.yaml', { cwd: folder });
  const lock: Lock = {
    lockVersion: 1,
    request: requestOf(recipe),
    date: 1,
    image: [lockedPackage('busybox-static')],
    kernel: [lockedPackage('linux-image-amd64')],
    tools: { build: [lockedPackage('xorriso')], qemu: [lockedPackage('qemu-utils')], serve: [] },
  };
  return { recipe, lock };
}
