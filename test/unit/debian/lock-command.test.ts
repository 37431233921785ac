import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CliIo } from '../../../src/cli/io.ts';
import { runCli } from '../../../src/cli/program.ts';
import { ensureLock } from '../../../src/debian/lock.ts';
import { loadRecipe } from '../../../src/recipe/load.ts';
import { makeWorld, type World } from './helpers/world.ts';

let world: World;
let recipe: string;

beforeEach(async () => {
  world = await makeWorld();
  recipe = join(world.dir, 'box.yaml');
  const lines = [
    'name: box',
    'extends: minimal',
    'kernel:',
    '  package: linux-image-amd64',
    'pe:',
    '  packages: [hello]',
  ];
  writeFileSync(recipe, `${lines.join('\n')}\n`);
});
afterEach(() => world.close());

async function cli(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const io: CliIo = {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    env: {
      HOME: world.dir,
      DISKBIOS_STORE: join(world.dir, 'store'),
      DISKBIOS_MIRROR: `${world.server.address}/debian`,
    },
    cwd: world.dir,
    outIsTty: false,
    errIsTty: false,
    colour: false,
    signal: new AbortController().signal,
  };
  return { code: await runCli(argv, io), out, err };
}

/** A lock made with the test archive's key, which the command line rightly does not take. */
async function makeLock(): Promise<void> {
  const loaded = await loadRecipe(recipe, { env: {} });
  const packages = loaded.recipe.pe.packages.map((name) => ({ name, version: '1.0' }));
  world.publish(packages);
  world.publishSecurity([]);
  world.publishUpdates([]);
  await ensureLock(loaded.recipe, world.options());
}

test('lock of a recipe whose lock fits says so, also as JSON', async () => {
  await makeLock();
  expect(await cli('lock', 'box.yaml')).toEqual({ code: 0, out: 'box.lock.json is up to date\n', err: '' });
  const { code, out } = await cli('lock', 'box.yaml', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toEqual({ file: join(world.dir, 'box.lock.json'), changed: false, sets: [] });
});

test('--update with a name that is not in the lock: the nearest is offered, exit code 2', async () => {
  await makeLock();
  const { code, err } = await cli('lock', 'box.yaml', '--update', 'helo');
  expect(code).toBe(2);
  expect(err).toContain('--update helo: the lock has no such package');
  expect(err).toContain('did you mean hello?');
});

test('a damaged lock: file, line and column, exit code 2', async () => {
  await makeLock();
  const file = join(world.dir, 'box.lock.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"date"', '"date'));
  const { code, err } = await cli('lock', 'box.yaml');
  expect(code).toBe(2);
  expect(err).toMatch(/box\.lock\.json:\d+:\d+: error: the lock is not valid JSON/);
});

test("a mirror that Debian's keys have not signed: exit code 1, and no lock", async () => {
  await makeLock();
  const { code, err } = await cli('lock', 'box.yaml', '--update');
  expect(code).toBe(1);
  expect(err).toContain("no valid signature of Debian's archive keys");
});
