import { expect, test } from 'vitest';
import { readLdCache } from '../../../src/formats/ld-cache.ts';
import type { Entry } from '../../../src/formats/tree.ts';
import { ldCache } from '../../../src/rootfs/ld-cache.ts';
import { byPath, entry, file, input, tree } from './helpers.ts';

/** A 64-bit shared object that has a name and nothing else. */
function library(path: string, soname: string, machine = 62): Entry {
  const bytes = Buffer.alloc(400);
  Buffer.from('\x7fELF\x02\x01\x01', 'latin1').copy(bytes);
  bytes.writeUInt16LE(3, 16);
  bytes.writeUInt16LE(machine, 18);
  bytes.writeUInt32LE(64, 32);
  bytes.writeUInt16LE(56, 54);
  bytes.writeUInt16LE(2, 56);
  const segment = (at: number, type: number, offset: number, size: number): void => {
    bytes.writeUInt32LE(type, at);
    [offset, offset, offset, size].forEach((value, n) => bytes.writeUInt32LE(value, at + 8 + n * 8));
  };
  segment(64, 1, 0, 400);
  segment(120, 2, 200, 48);
  [5, 300, 14, 1, 0, 0].forEach((value, n) => bytes.writeUInt32LE(value, 200 + n * 8));
  bytes.write(`\0${soname}\0`, 300, 'latin1');
  return entry({ path, type: 'file', size: bytes.length, content: { bytes } });
}

const triplet = 'usr/lib/x86_64-linux-gnu';

async function cached(...entries: Entry[]): Promise<{ made: ReturnType<typeof byPath>; paths: string[] }> {
  const root = tree(entry({ path: 'etc', type: 'dir' }), ...entries);
  const made = byPath((await ldCache.run(input(root))).entries);
  const cache = made.get('etc/ld.so.cache');
  if (cache?.type !== 'file' || !('bytes' in cache.content)) return { made, paths: [] };
  return { made, paths: readLdCache(Buffer.from(cache.content.bytes)).entries.map(({ path }) => path) };
}

test('libraries by their soname, through the links that packages ship', async () => {
  const { paths } = await cached(
    library(`${triplet}/libz.so.1.3.1`, 'libz.so.1'),
    entry({ path: `${triplet}/libz.so.1`, type: 'symlink', target: 'libz.so.1.3.1' }),
    library(`${triplet}/libc.so.6`, 'libc.so.6'),
    library(`${triplet}/libother.so.1`, 'libother.so.1', 183),
    library(`${triplet}/plugins/libplug.so`, 'libplug.so'),
    file(`${triplet}/libtext.so`, 'GROUP ( libc.so.6 )'),
  );
  expect(paths).toEqual([`/${triplet}/libz.so.1`, `/${triplet}/libc.so.6`]);
});

test('a missing link from the soname is made, to the newer of two', async () => {
  const { made } = await cached(
    library(`${triplet}/libx.so.1.9`, 'libx.so.1'),
    library(`${triplet}/libx.so.1.10`, 'libx.so.1'),
  );
  expect(made.get(`${triplet}/libx.so.1`)).toMatchObject({ type: 'symlink', target: 'libx.so.1.10' });
});

test('directories of ld.so.conf and its includes come first', async () => {
  const { paths } = await cached(
    file('etc/ld.so.conf', 'include /etc/ld.so.conf.d/*.conf\n'),
    file('etc/ld.so.conf.d/own.conf', '# own\n/opt/lib\n'),
    library('opt/lib/libx.so.1', 'libx.so.1'),
    library(`${triplet}/libx.so.1`, 'libx.so.1'),
  );
  expect(paths).toEqual(['/opt/lib/libx.so.1']);
});

test('no libraries, no cache', async () => {
  expect((await cached()).made.size).toBe(0);
});
