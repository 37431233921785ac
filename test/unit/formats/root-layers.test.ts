import { expect, test } from 'vitest';
import { readBuffer } from '../../../src/formats/read-at.ts';
import { RootLayers } from '../../../src/formats/root-layers.ts';
import { indexTar } from '../../../src/formats/tar-index.ts';
import { headerBytes, padding, tarTrailer } from '../../../src/formats/tar-write.ts';
import type { Entry } from '../../../src/formats/tree.ts';

const common = { mode: 0o755, uid: 0, gid: 0, mtime: 1, origin: 'layer' } as const;
const dir = (path: string): Entry => ({ ...common, path, type: 'dir' });
const link = (path: string, target: string): Entry => ({ ...common, path, type: 'symlink', target });
let offset = 0;
function file(path: string, over: Partial<Entry> = {}): Entry {
  offset += 512;
  const content = { file: '/layer.tar', offset };
  return { ...common, path, type: 'file', size: 3, content, ...over } as Entry;
}
const hard = (path: string, target: string): Entry => ({ ...common, path, type: 'hardlink', target });

const lines = (layers: RootLayers): string[] =>
  layers
    .list()
    .map((entry) => [entry.path, entry.type, ...('target' in entry ? [entry.target] : [])].join(' '));

test('later archives replace, and parents that none of them has are made', () => {
  const layers = new RootLayers();
  layers.add([
    dir('etc'),
    file('etc/a'),
    file('etc/b', { mode: 0o4755 }),
    { ...common, path: 'dev/x', type: 'char', major: 1, minor: 3 },
  ]);
  layers.add([link('etc/a', 'b'), file('srv/www/index')]);
  expect(lines(layers)).toEqual([
    ...['etc dir', 'etc/a symlink b', 'etc/b file', 'srv dir', 'srv/www dir', 'srv/www/index file'],
  ]);
  expect(layers.find('/etc/a')?.mode).toBe(0o4755);
});

test('whiteouts take away what is below, and nothing of their own layer', () => {
  const layers = new RootLayers();
  layers.add([file('a/one'), file('a/two'), file('b/deep/er'), file('c')]);
  layers.add([file('a/.wh.one'), file('b/.wh..wh..opq'), file('b/new'), file('.wh.c'), file('a/three')], {
    whiteouts: true,
  });
  expect(lines(layers)).toEqual(['a dir', 'a/three file', 'a/two file', 'b dir', 'b/new file']);
  expect(() => {
    layers.add([file('x/.wh...')], { whiteouts: true });
  }).toThrow('a layer removes');
});

test('links on the way are followed, inside the root', () => {
  const layers = new RootLayers();
  layers.add([dir('usr/lib'), link('lib', 'usr/lib'), link('out', '../../../etc'), dir('etc')]);
  layers.add([dir('lib'), file('lib/libc.so'), file('out/passwd')]);
  expect(lines(layers)).toEqual([
    ...['etc dir', 'etc/passwd file', 'lib symlink usr/lib', 'out symlink ../../../etc'],
    ...['usr dir', 'usr/lib dir', 'usr/lib/libc.so file'],
  ]);
  expect(() => {
    layers.add([file('etc/passwd/below')]);
  }).toThrow('no folder');
  layers.add([link('one', 'two'), link('two', 'one')]);
  expect(layers.find('one')).toBeUndefined();
});

test('names of one file stay one file, whichever of them goes', () => {
  const layers = new RootLayers();
  layers.add([file('bin/busybox'), hard('bin/sh', 'bin/busybox'), hard('bin/ls', 'bin/busybox')]);
  layers.add([file('bin/.wh.busybox')], { whiteouts: true });
  expect(lines(layers)).toEqual(['bin dir', 'bin/ls file', 'bin/sh hardlink bin/ls']);
  expect(() => {
    layers.add([hard('bin/x', 'bin/gone')]);
  }).toThrow('which is no file');
});

test('extended attributes go through a tar, bytes and all; names stay as they are written', () => {
  const value = Buffer.from([1, 0, 10, 61, 255, 10, 2]).toString('base64');
  const entry = {
    ...common,
    ...{ path: 'bin/ping', type: 'file', size: 0, content: { bytes: new Uint8Array() } },
    xattrs: { 'security.capability': value, 'user.note': Buffer.from('hello').toString('base64') },
  } as const satisfies Entry;
  const long = { ...entry, path: `bin/${'x'.repeat(300)}` };
  const tar = Buffer.concat([
    headerBytes(entry),
    headerBytes(long),
    headerBytes(dir('bin/sub')),
    padding(0),
    tarTrailer(),
  ]);
  const source = { file: '/x.tar', read: readBuffer(tar), origin: 'test' };
  const found = indexTar({ ...source, asWritten: true });
  expect(found.map(({ path, xattrs }) => [path, xattrs])).toEqual([
    ['bin/ping', entry.xattrs],
    [long.path, entry.xattrs],
    ['bin/sub', undefined],
  ]);
  expect(indexTar(source)[0]?.path).toBe('usr/bin/ping');
});
