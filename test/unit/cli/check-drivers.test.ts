import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { checkDrivers } from '../../../src/cli/check-drivers.ts';
import type { CliIo } from '../../../src/cli/io.ts';
import { lockedPlan } from '../../../src/cli/locked-plan.ts';
import { lockFileOf, writeLock } from '../../../src/debian/lock-file.ts';
import { requestOf } from '../../../src/debian/lock-request.ts';
import { loadRecipe } from '../../../src/recipe/load.ts';
import type { Recipe } from '../../../src/recipe/types.ts';
import { storeDir } from '../../../src/store/paths.ts';
import { openStore } from '../../../src/store/store.ts';

const report = {
  ...{
    format: 1,
    modaliases: ['acpi:PNP0C0C:'],
    firmware: [],
    boot: 'bios',
    memory: 1,
    disks: [],
    screens: [],
  },
  cpu: { vendor: 'GenuineIntel', family: 6, model: 1, stepping: 1, threads: 1, virtual: true },
};

async function boxRecipe(kernel = ''): Promise<{ recipe: Recipe; io: CliIo }> {
  const cwd = mkdtempSync(join(tmpdir(), 'diskbios-drivers-'));
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  writeFileSync(join(cwd, 'box.json'), JSON.stringify(report));
  writeFileSync(join(cwd, 'a.yaml'), `name: a\nextends: base\nhardware: { from: ./box.json }\n${kernel}`);
  const { recipe } = await loadRecipe('a.yaml', { cwd });
  const env = { XDG_CACHE_HOME: join(cwd, 'cache') };
  const io = { cwd, env, signal: new AbortController().signal } as unknown as CliIo;
  return { recipe, io };
}

function lockIt(recipe: Recipe): void {
  const locked = (name: string): Parameters<typeof writeLock>[1]['image'][number] => ({
    ...{ name, version: '1', arch: 'amd64', source: name, path: `pool/${name}_1_amd64.deb`, size: 1 },
    sha256: 'a'.repeat(64),
  });
  writeLock(lockFileOf(recipe.file), {
    ...{ lockVersion: 1, request: requestOf(recipe), date: 1, image: [locked('busybox-static')] },
    kernel: [locked('linux-image-amd64')],
    tools: { build: [locked('xorriso')], qemu: [], serve: [] },
  });
}

test('without a lock it is not known which devices have no driver', async () => {
  const { recipe, io } = await boxRecipe();
  expect(await checkDrivers(recipe, io)).toMatchObject([
    {
      code: 'no-lock',
      message: 'which devices will have no driver is not known: a has no lock that fits it',
      hint: 'make one with `diskbios lock`, or build the recipe',
    },
  ]);
});

test('what the image’s modules say of the machine’s devices has its place in the recipe', async () => {
  const { recipe, io } = await boxRecipe();
  lockIt(recipe);
  const node = lockedPlan(recipe, io.env)?.machineModules;
  const made = {
    ...{ kind: 'modules-layer', bulk: true, version: 1, options: null, inputs: {}, files: {} },
    ...{ tools: undefined, epoch: undefined },
  };
  await openStore(storeDir(io.env)).make(node!.id, 'modules', made, (out, warn) => {
    writeFileSync(join(out, 'modules.json'), '{}');
    warn({ code: 'no-driver', message: 'a card has none', recipePath: ['hardware', 'from'] });
    warn({ code: 'no-firmware', message: 'not asked for' });
    return Promise.resolve();
  });
  expect(await checkDrivers(recipe, io)).toMatchObject([
    { code: 'no-driver', message: 'a card has none', place: { line: 3, column: 19 } },
  ]);
});
