import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ensureLock } from '../../../src/debian/lock.ts';
import { failure } from './helpers/failure.ts';
import { makeKey } from './helpers/openpgp.ts';
import { writeSuite } from './helpers/repository.ts';
import { makeRecipe, makeWorld, type World } from './helpers/world.ts';

let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world.close());

test('a recipe gets its packages with all they need, from the archive that has the newest, and no recommendations', async () => {
  world.publish([
    { name: 'hello', version: '1:2.10-3', depends: 'libhello (>= 1)', weight: 5000 },
    { name: 'libhello', version: '1.0+b1', arch: 'all' },
    { name: 'unwanted', version: '1.0' },
  ]);
  world.publishSecurity([{ name: 'libhello', version: '1.0+deb13u1', arch: 'all' }]);
  const { lock, file, changed } = await ensureLock(
    makeRecipe(world.dir, { security: true }),
    world.options(),
  );
  expect(changed).toBe(true);
  expect(file).toBe(join(world.dir, 'box.lock.json'));
  expect(
    lock.image.map(({ name, version, arch, source, path }) => [name, version, arch, source, path]),
  ).toEqual([
    ['hello', '1:2.10-3', 'amd64', 'debian', 'pool/main/h/hello/hello_2.10-3_amd64.deb'],
    ['libhello', '1.0+deb13u1', 'all', 'security', 'pool/main/l/libhello/libhello_1.0+deb13u1_all.deb'],
  ]);
  expect(lock.kernel.map(({ name }) => name)).toEqual(['linux-image-6.12.1-amd64', 'linux-image-amd64']);
  expect(lock.tools.build.map(({ name }) => name)).toContain('xorriso');
  expect(lock.tools.build.map(({ name }) => name)).not.toContain('ovmf');
  expect(lock.tools.qemu.map(({ name }) => name)).toContain('ovmf');
  const text = readFileSync(file, 'utf8');
  expect(text).not.toContain('127.0.0.1');
  expect(text.endsWith('}\n')).toBe(true);
});

test('packages that are not there are named all at once, each at its place with the nearest name', async () => {
  world.publish([
    { name: 'hello', version: '1.0' },
    { name: 'busybox-static', version: '1.37' },
    { name: 'exim', version: '4', provides: 'mail-agent' },
  ]);
  const packages = ['hello', 'busybox-statik', 'mail-agent', 'hello-', 'hel+o'];
  const error = await failure(
    ensureLock(makeRecipe(world.dir, { packages, kernel: 'linux-image-amd65' }), world.options()),
  );
  expect(error.name).toBe('UserError');
  expect(
    error.diagnostics.map(({ code, place, hint, expected }) => [code, place?.text, hint ?? expected]),
  ).toEqual([
    ['no-such-package', 'pe.packages.1', 'did you mean busybox-static?'],
    ['no-such-package', 'pe.packages.4', 'did you mean hello?'],
    ['no-such-package', 'pe.packages.3', 'did you mean hello?'],
    ['virtual-package', 'pe.packages.2', 'one of exim'],
    ['no-such-package', 'kernel.package', 'did you mean linux-image-amd64?'],
  ]);
  expect(existsSync(join(world.dir, 'box.lock.json'))).toBe(false);
});

test('packages that conflict are named with what they say of each other', async () => {
  world.publish([
    { name: 'hello', version: '1.0', conflicts: 'goodbye' },
    { name: 'goodbye', version: '1.0' },
  ]);
  const recipe = makeRecipe(world.dir, { packages: ['hello', 'goodbye'] });
  const error = await failure(ensureLock(recipe, world.options()));
  expect(error.diagnostics[0]).toMatchObject({ code: 'package-conflict', place: { text: 'pe.packages' } });
  expect(error.message).toMatch(/hello : Conflicts: goodbye/);
});

test("an archive that is not signed with Debian's keys is refused, and nothing is locked", async () => {
  writeSuite(join(world.served, 'debian'), [{ name: 'hello', version: '1.0' }], {
    suite: 'trixie',
    key: makeKey('stranger'),
  });
  const error = await failure(ensureLock(makeRecipe(world.dir), world.options()));
  expect(error).toMatchObject({ name: 'FailedError', code: 'bad-signature' });
  expect(existsSync(join(world.dir, 'box.lock.json'))).toBe(false);
});

test('an archive without a signature is refused', async () => {
  world.publish([{ name: 'hello', version: '1.0' }]);
  const release = join(world.served, 'debian/dists/trixie/InRelease');
  renameSync(release, release.replace('InRelease', 'Release'));
  const text = readFileSync(release.replace('InRelease', 'Release'), 'utf8');
  writeFileSync(release.replace('InRelease', 'Release'), text.split('\n').slice(3, -8).join('\n'));
  const error = await failure(ensureLock(makeRecipe(world.dir), world.options()));
  expect(error).toMatchObject({ name: 'FailedError', code: 'bad-signature' });
  expect(error.message).toContain('is not signed');
});

test("Debian's own key ring is what signatures are checked with unless a caller gives another", async () => {
  world.publish([{ name: 'hello', version: '1.0' }]);
  const error = await failure(ensureLock(makeRecipe(world.dir), world.options({ debianKey: undefined })));
  expect(error).toMatchObject({ code: 'bad-signature' });
});

test('package lists that were changed after signing are refused', async () => {
  world.publish([{ name: 'hello', version: '1.0' }]);
  const list = join(world.served, 'debian/dists/trixie/main/binary-amd64/Packages.gz');
  writeFileSync(list, Buffer.from(readFileSync(list)).reverse());
  const error = await failure(ensureLock(makeRecipe(world.dir), world.options()));
  expect(error).toMatchObject({ name: 'FailedError', code: 'mirror-out-of-step' });
});

test('a repository of the recipe is used with its own key, and with that key only', async () => {
  world.publish([]);
  const own = makeKey('own');
  const key = join(world.dir, 'own.gpg');
  writeFileSync(key, own.publicKey);
  writeSuite(join(world.served, 'extra'), [{ name: 'hello', version: '9.0' }], { suite: 'stable', key: own });
  const repository = {
    name: 'extra',
    url: `${world.server.address}/extra`,
    suite: 'stable',
    components: ['main'],
    key,
  };
  const recipe = makeRecipe(world.dir, { repositories: [repository] });
  const { lock } = await ensureLock(recipe, world.options());
  expect(lock.image).toMatchObject([{ name: 'hello', version: '9.0', source: 'extra' }]);

  writeFileSync(key, world.key.publicKey);
  const error = await failure(ensureLock(recipe, world.options()));
  expect(error.diagnostics[0]).toMatchObject({
    code: 'wrong-key',
    place: { text: 'packages.repositories.0.key' },
  });
  expect(error.message).toContain(own.keyId);
});

test('a repository cannot bring apt options of its own', async () => {
  world.publish([]);
  const url = `[trusted=yes] ${world.server.address}/extra`;
  const repository = {
    name: 'extra',
    url,
    suite: 'stable',
    components: ['main'],
    key: join(world.dir, 'archive.gpg'),
  };
  const error = await failure(
    ensureLock(makeRecipe(world.dir, { repositories: [repository] }), world.options()),
  );
  expect(error.diagnostics[0]).toMatchObject({
    code: 'bad-source',
    place: { text: 'packages.repositories.0' },
  });
  expect(world.server.asked).toEqual([]);
});

test('a wrong suite and a wrong component are one message each, at their place', async () => {
  world.publish([]);
  const suite = await failure(
    ensureLock(makeRecipe(world.dir, { suite: 'trixi', security: true }), world.options()),
  );
  expect(suite.diagnostics).toMatchObject([
    { code: 'no-such-suite', place: { text: 'packages.suite' }, hint: 'did you mean trixie?' },
  ]);
  const component = await failure(
    ensureLock(makeRecipe(world.dir, { components: ['main', 'contribb'] }), world.options()),
  );
  expect(component.diagnostics).toMatchObject([
    { code: 'no-such-component', place: { text: 'packages.components.1' }, hint: 'did you mean contrib?' },
  ]);
});

test('a mirror that cannot be reached is named, with where it was said', async () => {
  const mirrors = { explicit: 'http://127.0.0.1:1/debian', env: {}, aptEtc: '/nowhere' };
  const error = await failure(ensureLock(makeRecipe(world.dir), world.options({ mirrors })));
  expect(error).toMatchObject({ name: 'FailedError', code: 'mirror-unreachable' });
  expect(error.message).toContain('http://127.0.0.1:1/debian');
  expect(error.hint).toContain('--mirror');
});

test('a mirror that is no longer kept up to date is refused, but for a dated snapshot', async () => {
  const old = { suite: 'trixie', key: world.key, date: new Date('2025-01-01'), validSeconds: 600 };
  writeSuite(join(world.served, 'debian'), [{ name: 'hello', version: '1.0' }], old);
  const error = await failure(ensureLock(makeRecipe(world.dir), world.options()));
  expect(error).toMatchObject({ name: 'FailedError', code: 'release-time' });

  const dated = 'archive/debian/20250101T000000Z';
  world.publish([{ name: 'hello', version: '1.0' }]);
  mkdirSync(join(world.served, 'archive/debian'), { recursive: true });
  renameSync(join(world.served, 'debian'), join(world.served, dated));
  writeSuite(join(world.served, dated), [{ name: 'hello', version: '1.0' }], { ...old, suite: 'other' });
  const mirrors = { explicit: `${world.server.address}/${dated}`, env: {}, aptEtc: '/nowhere' };
  const again = await failure(
    ensureLock(makeRecipe(world.dir, { suite: 'other', kernel: 'hello' }), world.options({ mirrors })),
  );
  expect(again).toMatchObject({ code: 'no-such-tool' });
});

test('a mirror may be a folder, also one with a space in its name', async () => {
  world.publish([{ name: 'hello', version: '1.0' }]);
  const mirrors = {
    explicit: `file://${world.served.replaceAll(' ', '%20')}/debian`,
    env: {},
    aptEtc: '/nowhere',
  };
  const { lock } = await ensureLock(makeRecipe(world.dir), world.options({ mirrors }));
  expect(lock.image).toMatchObject([{ name: 'hello', path: 'pool/main/h/hello/hello_1.0_amd64.deb' }]);
});
