import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseDeb822, parseOneLine } from '../../../src/debian/apt-sources.ts';
import { findMirrors, type MirrorOptions } from '../../../src/debian/mirror.ts';
import type { Recipe } from '../../../src/recipe/types.ts';
import { makeRecipe } from './helpers/world.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'diskbios-'));
  mkdirSync(join(dir, 'apt/sources.list.d'), { recursive: true });
  mkdirSync(join(dir, 'config/diskbios'), { recursive: true });
});
afterEach(() => rmSync(dir, { recursive: true }));

const machineApt = `
# The machine's own
Types: deb deb-src
URIs: http://near.example/ubuntu
Suites: noble noble-updates

Types: deb
URIs: http://near.example/debian/
Suites: bookworm
 bookworm-updates
Signed-By: /usr/share/keyrings/some.gpg

Types: deb
URIs: http://near.example/debian-security
Suites: bookworm-security
`;

function options(more: MirrorOptions = {}): MirrorOptions {
  return { env: { XDG_CONFIG_HOME: join(dir, 'config') }, aptEtc: join(dir, 'apt'), ...more };
}

function recipeWith(source: Partial<Recipe['source']>): Recipe {
  const recipe = makeRecipe(dir);
  return { ...recipe, source: { ...recipe.source, ...source } };
}

test('each place goes before the next: option, environment, config file, recipe, the machine', () => {
  writeFileSync(join(dir, 'apt/sources.list.d/debian.sources'), machineApt);
  const config = join(dir, 'config/diskbios/config.yaml');
  const found = (recipe: Recipe, more: MirrorOptions = {}): [string, string, string] => {
    const { main, security, from } = findMirrors(recipe, options(more));
    return [main, security, from];
  };
  const plain = makeRecipe(dir);
  expect(found(plain)).toEqual([
    'http://near.example/debian',
    'http://near.example/debian-security',
    join(dir, 'apt'),
  ]);

  const recipe = recipeWith({ mirror: 'http://recipe.example/debian' });
  expect(found(recipe)).toEqual([
    'http://recipe.example/debian',
    'http://recipe.example/debian-security',
    recipe.file,
  ]);

  writeFileSync(config, 'mirror: http://mine.example/debian/\nsecurity-mirror: http://mine.example/sec\n');
  expect(found(recipe)).toEqual(['http://mine.example/debian', 'http://mine.example/sec', config]);

  const env = { XDG_CONFIG_HOME: join(dir, 'config'), DISKBIOS_MIRROR: 'https://env.example/debian' };
  expect(found(recipe, { env })[0]).toBe('https://env.example/debian');
  const explicit = 'file:///srv/debian';
  expect(found(recipe, { env, explicit })).toEqual([explicit, 'http://mine.example/sec', '--mirror']);
});

test('the snapshot mirror and repositories come along', () => {
  const repository = {
    name: 'extra',
    url: 'http://extra.example/apt/',
    suite: 'x',
    components: [],
    key: '/k.gpg',
  };
  const recipe = recipeWith({
    mirror: 'http://a.example/debian',
    snapshot: 'http://old.example/',
    repositories: [repository],
  });
  expect(findMirrors(recipe, options())).toMatchObject({
    snapshot: 'http://old.example',
    repositories: { extra: 'http://extra.example/apt' },
  });
});

test("a machine whose apt has only another distribution's sources has no mirror, and the error says how to name one", () => {
  writeFileSync(
    join(dir, 'apt/sources.list'),
    'deb http://near.example/ubuntu noble main\ndeb http://x.example/debian noble main\n',
  );
  expect(() => findMirrors(makeRecipe(dir), options())).toThrow(/no Debian mirror is configured/);
  try {
    findMirrors(makeRecipe(dir), options());
  } catch (error) {
    const { hint } = error as { hint: string };
    for (const way of ['--mirror', 'DISKBIOS_MIRROR', 'config.yaml', 'packages.mirror'])
      expect(hint).toContain(way);
  }
});

test('what is no address is refused with where it was said', () => {
  const env = { DISKBIOS_MIRROR: 'mirror.example/debian' };
  expect(() => findMirrors(makeRecipe(dir), options({ env }))).toThrow(
    /DISKBIOS_MIRROR says .*"mirror.example\/debian"/,
  );
  const explicit = 'http://a.example/ [trusted=yes]';
  expect(() => findMirrors(makeRecipe(dir), options({ explicit }))).toThrow(/--mirror says/);
});

test('a config file that is no YAML, or says no address, is named', () => {
  const config = join(dir, 'config/diskbios/config.yaml');
  writeFileSync(config, 'mirror: [\n');
  expect(() => findMirrors(makeRecipe(dir), options())).toThrow(config);
  writeFileSync(config, 'mirror: 7\n');
  expect(() => findMirrors(makeRecipe(dir), options())).toThrow(/mirror must be an address/);
});

test('sources.list lines: options, comments, other types', () => {
  const text = [
    'deb [arch=amd64 signed-by=/k.gpg] http://a.example/debian/ trixie main contrib # ours',
    'deb-src http://a.example/debian trixie main',
    '# deb http://b.example/debian trixie main',
    '  deb http://c.example/debian bookworm main',
  ].join('\n');
  expect(parseOneLine(text)).toEqual([
    { uri: 'http://a.example/debian', suite: 'trixie' },
    { uri: 'http://c.example/debian', suite: 'bookworm' },
  ]);
});

test('deb822 stanzas: several suites, folded fields, those that are switched off', () => {
  const off = 'Enabled: no\nTypes: deb\nURIs: http://off.example/debian\nSuites: trixie\n';
  expect(parseDeb822(`${off}\n${machineApt}`)).toEqual([
    { uri: 'http://near.example/ubuntu', suite: 'noble' },
    { uri: 'http://near.example/ubuntu', suite: 'noble-updates' },
    { uri: 'http://near.example/debian', suite: 'bookworm' },
    { uri: 'http://near.example/debian', suite: 'bookworm-updates' },
    { uri: 'http://near.example/debian-security', suite: 'bookworm-security' },
  ]);
});
