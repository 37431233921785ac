import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ensureLock } from '../../../src/debian/lock.ts';
import { readLock } from '../../../src/debian/lock-file.ts';
import type { Recipe } from '../../../src/recipe/types.ts';
import type { DebSpec } from './helpers/deb.ts';
import { failure } from './helpers/failure.ts';
import { writeSuite } from './helpers/repository.ts';
import { makeRecipe, makeWorld, type World } from './helpers/world.ts';

const debian: DebSpec[] = [
  { name: 'base-files', version: '13', essential: true },
  { name: 'dpkg', version: '1.22', essential: true, depends: 'libc6' },
  { name: 'libc6', version: '2.41' },
  { name: 'hello', version: '1.0' },
  { name: 'nginx', version: '1.26', depends: 'libc6' },
];

function templates(packages: readonly string[], suite = 'trixie'): Recipe['templates'] {
  const from = { kind: 'debian', suite, packages, exclude: [], scripts: true } as const;
  return { debian: { version: undefined, from, files: [] } };
}

let world: World;
beforeEach(async () => {
  world = await makeWorld();
  world.publish(debian);
});
afterEach(() => world.close());

const versions = (recipe: Recipe, mode: 'refresh' | 'update' = 'refresh'): Promise<string[]> =>
  ensureLock(recipe, world.options({ mode })).then(({ lock }) =>
    (lock.templates?.['debian'] ?? []).map(({ name, version }) => `${name} ${version}`).sort(),
  );

test('a Debian template is locked with all that is essential, and what it asks for', async () => {
  const recipe = makeRecipe(world.dir, { templates: templates(['nginx']) });
  const wanted = ['base-files 13', 'dpkg 1.22', 'libc6 2.41', 'nginx 1.26'];
  expect(await versions(recipe)).toEqual(wanted);
  const kept = readLock(join(world.dir, 'box.lock.json'));
  expect(kept?.templates?.['debian']).toHaveLength(4);
  expect(kept?.image.map(({ name }) => name)).toEqual(['hello']);

  // Nothing newer unless it is asked for.
  world.publish(debian.map((one) => (one.name === 'nginx' ? { ...one, version: '1.27' } : one)));
  const { changed } = await ensureLock(recipe, world.options());
  expect(changed).toBe(false);
  expect(await versions(recipe, 'update')).toContain('nginx 1.27');
});

test('a template of another suite has its own packages', async () => {
  const older = debian.map((one) => ({ ...one, version: `${one.version}~old` }));
  writeSuite(join(world.served, 'debian'), older, { suite: 'bookworm', key: world.key });
  const recipe = makeRecipe(world.dir, { templates: templates(['nginx'], 'bookworm') });
  expect(await versions(recipe)).toContain('nginx 1.26~old');
});

test('a lock without the template, or with another one, does not fit', async () => {
  const plain = makeRecipe(world.dir);
  await ensureLock(plain, world.options());
  const recipe = makeRecipe(world.dir, { templates: templates(['nginx']) });
  const locked = world.options({ mode: 'locked' });
  const error = await failure(ensureLock(recipe, locked));
  expect(error.diagnostics.map(({ message, place }) => [message, place?.text])).toEqual([
    ['the packages of the template debian are not those of the lock', 'templates.debian'],
  ]);
  expect(await versions(recipe)).toHaveLength(4);
  const gone = await failure(ensureLock(plain, locked));
  expect(gone.message).toContain('the template debian is in the lock, but not in the recipe');
  expect((await ensureLock(plain, world.options())).lock.templates).toBeUndefined();
});

test('unknown packages of a template are named at their places', async () => {
  const recipe = makeRecipe(world.dir, { templates: templates(['nginx', 'ngin']) });
  const error = await failure(ensureLock(recipe, world.options()));
  expect(error.diagnostics.map(({ code, hint, place }) => [code, hint, place?.text])).toEqual([
    ['no-such-package', 'did you mean nginx?', 'templates.debian.packages.1'],
  ]);
});
