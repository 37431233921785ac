import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { WorkEvent } from '../../../src/base/events.ts';
import { ensureLock } from '../../../src/debian/lock.ts';
import type { LockedPackage } from '../../../src/debian/package.ts';
import type { DebSpec } from './helpers/deb.ts';
import { failure } from './helpers/failure.ts';
import { makeRecipe, makeWorld, type World } from './helpers/world.ts';

let world: World;
let file: string;
beforeEach(async () => {
  world = await makeWorld();
  file = join(world.dir, 'box.lock.json');
});
afterEach(() => world.close());

const old: DebSpec[] = [
  { name: 'hello', version: '1.0', depends: 'libhello' },
  { name: 'libhello', version: '1.0' },
];
const newer: DebSpec[] = [
  { name: 'hello', version: '2.0', depends: 'libhello' },
  { name: 'libhello', version: '2.0' },
];

function versions(packages: readonly LockedPackage[]): Record<string, string> {
  return Object.fromEntries(packages.map(({ name, version }) => [name, version]));
}

test('a lock that fits is used as it is: no apt, no network, no byte changed', async () => {
  world.publish(old);
  await ensureLock(makeRecipe(world.dir), world.options());
  const text = readFileSync(file, 'utf8');
  const asked = world.server.asked.length;

  // An apt-get that tells that it was called, before the real one on PATH.
  const bin = join(world.dir, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'apt-get'), `#!/bin/sh\necho called >> '${world.dir}/called'\nexit 1\n`);
  chmodSync(join(bin, 'apt-get'), 0o755);
  vi.stubEnv('PATH', bin);
  vi.resetModules();
  const { ensureLock: ensureWithoutApt } = await import('../../../src/debian/lock.ts');
  const mirrors = { env: {}, aptEtc: '/nowhere' };
  for (const mode of ['refresh', 'locked'] as const) {
    const { changed, lock } = await ensureWithoutApt(makeRecipe(world.dir), world.options({ mode, mirrors }));
    expect(changed).toBe(false);
    expect(versions(lock.image)).toEqual({ hello: '1.0', libhello: '1.0' });
  }
  expect(existsSync(join(world.dir, 'called'))).toBe(false);
  await failure(ensureWithoutApt(makeRecipe(world.dir, { packages: ['libhello'] }), world.options()));
  vi.unstubAllEnvs();
  expect(existsSync(join(world.dir, 'called'))).toBe(true);
  expect(world.server.asked.length).toBe(asked);
  expect(readFileSync(file, 'utf8')).toBe(text);
});

test('a package added to the recipe is locked, and the others keep their versions while they are to be had', async () => {
  world.publish(old);
  await ensureLock(makeRecipe(world.dir), world.options());
  world.publish([...old, ...newer, { name: 'extra', version: '1.0', depends: 'libhello' }]);
  const recipe = makeRecipe(world.dir, { packages: ['extra', 'hello'] });
  const { lock, changed, text, summary } = await ensureLock(recipe, world.options());
  expect(changed).toBe(true);
  expect(versions(lock.image)).toEqual({ extra: '1.0', hello: '1.0', libhello: '1.0' });
  expect(text).toMatch(/^image: 1 added \(.*\)\n {2}\+ extra 1\.0 \(\d+ B|KiB\)$/);
  expect(summary.find(({ set }) => set === 'build')).toMatchObject({ added: [], bytesChange: 0 });
});

test('a locked version that is gone gives way to the present one', async () => {
  world.publish(old);
  await ensureLock(makeRecipe(world.dir), world.options());
  world.publish([...newer, { name: 'extra', version: '1.0' }]);
  const recipe = makeRecipe(world.dir, { packages: ['extra', 'hello'] });
  const { lock, text } = await ensureLock(recipe, world.options());
  expect(versions(lock.image)).toEqual({ extra: '1.0', hello: '2.0', libhello: '2.0' });
  expect(text).toContain('↑ hello 1.0 → 2.0');
});

test('locked versions that no longer fit together are all chosen anew, and that is said', async () => {
  world.publish(old);
  await ensureLock(makeRecipe(world.dir), world.options());
  world.publish([...old, ...newer, { name: 'extra', version: '1.0', depends: 'libhello (>= 2)' }]);
  const events: WorkEvent[] = [];
  const recipe = makeRecipe(world.dir, { packages: ['extra', 'hello'] });
  const { lock } = await ensureLock(recipe, world.options({ monitor: (event) => events.push(event) }));
  expect(versions(lock.image)).toEqual({ extra: '1.0', hello: '2.0', libhello: '2.0' });
  expect(events).toContainEqual({
    type: 'note',
    text: expect.stringContaining('no longer fit together') as string,
  });
});

test('--locked names every difference at its place, and changes nothing', async () => {
  world.publish(old);
  const missing = await failure(ensureLock(makeRecipe(world.dir), world.options({ mode: 'locked' })));
  expect(missing.diagnostics).toMatchObject([{ code: 'no-lock' }]);
  expect(existsSync(file)).toBe(false);

  await ensureLock(makeRecipe(world.dir), world.options());
  const text = readFileSync(file, 'utf8');
  const changed = makeRecipe(world.dir, { packages: ['libhello'], kernel: 'linux-image-rt', security: true });
  const error = await failure(ensureLock(changed, world.options({ mode: 'locked' })));
  expect(error.name).toBe('UserError');
  expect(error.diagnostics.map(({ message, place }) => [place?.text, message])).toEqual([
    ['packages.security', 'security: false in the lock, true here'],
    ['kernel.package', 'the kernel is linux-image-amd64 in the lock, linux-image-rt here'],
    ['pe.packages.0', 'libhello is not in the lock'],
    ['pe.packages', 'hello is in the lock, but not in the recipe'],
  ]);
  expect(readFileSync(file, 'utf8')).toBe(text);
});

test('--update takes newer versions of what is named, or of all; an unknown name is refused', async () => {
  world.publish(old);
  await ensureLock(makeRecipe(world.dir), world.options());
  world.publish([...old, ...newer]);
  const one = await ensureLock(
    makeRecipe(world.dir),
    world.options({ mode: 'update', update: ['libhello'] }),
  );
  expect(versions(one.lock.image)).toEqual({ hello: '1.0', libhello: '2.0' });
  const all = await ensureLock(makeRecipe(world.dir), world.options({ mode: 'update', update: [] }));
  expect(versions(all.lock.image)).toEqual({ hello: '2.0', libhello: '2.0' });
  const error = await failure(
    ensureLock(makeRecipe(world.dir), world.options({ mode: 'update', update: ['helo'] })),
  );
  expect(error.diagnostics).toMatchObject([{ code: 'not-in-lock', hint: 'did you mean hello?' }]);
});

test('an update that finds nothing newer leaves the file alone, although the archive was signed anew', async () => {
  world.publish(old);
  const first = await ensureLock(makeRecipe(world.dir), world.options());
  const text = readFileSync(file, 'utf8');
  world.publish(old);
  const again = await ensureLock(makeRecipe(world.dir), world.options({ mode: 'update' }));
  expect(again).toMatchObject({ changed: false, text: '' });
  expect(again.lock.date).toBe(first.lock.date);
  expect(readFileSync(file, 'utf8')).toBe(text);
});

test('two people who lock the same state get the same bytes', async () => {
  world.publish(old);
  await ensureLock(makeRecipe(world.dir, { packages: ['hello', 'libhello'] }), world.options());
  const other = join(world.dir, 'other');
  mkdirSync(join(other, 'apt'), { recursive: true });
  const options = world.options({ aptDir: join(other, 'apt'), tmpDir: other });
  await ensureLock(makeRecipe(other, { packages: ['libhello', 'hello', 'hello'] }), options);
  expect(readFileSync(join(other, 'box.lock.json'), 'utf8')).toBe(readFileSync(file, 'utf8'));
});

test.each([
  ['an unfinished text', (text: string) => text.slice(0, 400), 'lock-syntax'],
  [
    'merge conflict marks',
    (text: string) => text.replace(/\n {2}"image/, '\n<<<<<<< HEAD$&'),
    'lock-conflict',
  ],
  [
    'another lockVersion',
    (text: string) => text.replace('"lockVersion": 1', '"lockVersion": 2'),
    'lock-version',
  ],
  ['no list of packages', (text: string) => text.replace('"image"', '"imago"'), 'lock-content'],
  ['a path out of the archive', (text: string) => text.replace('pool/main/h', '../../etc'), 'lock-content'],
  ['half a hash', (text: string) => text.replace(/"sha256":"[0-9a-f]{32}/, '"sha256":"'), 'lock-content'],
])('a lock with %s is refused with its place', async (_what, damage, code) => {
  world.publish(old);
  await ensureLock(makeRecipe(world.dir), world.options());
  const damaged = damage(readFileSync(file, 'utf8'));
  writeFileSync(file, damaged);
  const error = await failure(ensureLock(makeRecipe(world.dir), world.options()));
  expect(error.name).toBe('UserError');
  const [diagnostic] = error.diagnostics;
  expect(diagnostic).toMatchObject({ code, place: { file } });
  expect(diagnostic?.place?.text).toBe(damaged.split('\n')[(diagnostic?.place?.line ?? 0) - 1]);
  expect(readFileSync(file, 'utf8')).toBe(damaged);
});

test('the place in a damaged lock is that of the damage', async () => {
  world.publish(old);
  await ensureLock(makeRecipe(world.dir), world.options());
  writeFileSync(file, readFileSync(file, 'utf8').replace('"name":"libhello",', '"name":"libhello"'));
  const { diagnostics } = await failure(ensureLock(makeRecipe(world.dir), world.options()));
  expect(diagnostics[0]?.place?.text).toContain('libhello');
});

test('a recipe in a folder that cannot be written is named, with what to do', async () => {
  world.publish(old);
  // Nobody, root included, can make files there.
  const error = await failure(ensureLock(makeRecipe('/sys'), world.options()));
  expect(error).toMatchObject({ name: 'FailedError', code: 'lock-not-writable' });
  expect(error.message).toContain('/sys/box.lock.json');
});

test('a lock by a diskbios that knew fewer sets of tools is out of date, and keeps its versions', async () => {
  world.publish(old);
  await ensureLock(makeRecipe(world.dir), world.options());
  const lock = JSON.parse(readFileSync(file, 'utf8')) as {
    request: { tools: Record<string, unknown> };
    tools: Record<string, unknown>;
  };
  delete lock.request.tools['serve'];
  delete lock.tools['serve'];
  writeFileSync(file, JSON.stringify(lock));
  const refused = await failure(ensureLock(makeRecipe(world.dir), world.options({ mode: 'locked' })));
  expect(refused).toMatchObject({ diagnostics: [{ code: 'lock-outdated' }] });
  world.publish([...old, ...newer]);
  const ensured = await ensureLock(makeRecipe(world.dir), world.options());
  expect(ensured.changed).toBe(true);
  expect(versions(ensured.lock.image)).toEqual({ hello: '1.0', libhello: '1.0' });
  expect(versions(ensured.lock.tools.serve)).toHaveProperty('dnsmasq-base');
});
