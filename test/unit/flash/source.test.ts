import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ImageSource, openSource, type SourceOptions } from '../../../src/flash/source.ts';
import { findProgram } from '../../../src/sys/run.ts';
import { diskImage, folder, mappedImage, mebibyte, sha256, used } from './images.ts';

const usual: SourceOptions = { bmap: true, sha256: undefined, signal: new AbortController().signal };

/** Reads all that must be written, as flash does. */
async function readAll(path: string, options: Partial<SourceOptions> = {}): Promise<Buffer> {
  const source = await openSource(path, { ...usual, ...options });
  try {
    return await contentsOf(source);
  } finally {
    await source.close();
  }
}

async function contentsOf(source: ImageSource): Promise<Buffer> {
  const all = Buffer.alloc(source.bytes);
  for (const range of source.ranges) {
    const { from, to } = range;
    for (let at = from; at < to; at = Math.min(to, at + mebibyte)) {
      // Never over the end of the head.
      const end = at < mebibyte ? Math.min(to, mebibyte) : Math.min(to, at + mebibyte);
      await source.read(all.subarray(at, end), at);
      at = end - mebibyte;
    }
    if (range.sha256 !== undefined && range.sha256 !== sha256(all.subarray(from, to)))
      throw source.changed(range);
  }
  await source.finish();
  return all;
}

const image = diskImage();

test('with a block map, only what it names is read', async () => {
  const source = await openSource(mappedImage(folder()), usual);
  expect(source).toMatchObject({
    kind: 'disk',
    sector: 512,
    bytes: image.length,
    mapped: true,
    packed: false,
  });
  expect(source.ranges.map(({ from, to }) => ({ from, to }))).toEqual(used);
  const got = await contentsOf(source);
  expect(got.equals(image)).toBe(true);
  await source.close();
});

const packers = [
  ['zst', ['zstd', '-q', '-k']],
  ['xz', ['xz', '-0', '-k']],
  ['gz', ['gzip', '-1', '-k']],
] as const;

test.each(packers.filter(([, [program]]) => findProgram(program) !== undefined))(
  'packed as .%s, with its block map and without',
  async (ending, [program, ...options]) => {
    const path = mappedImage(folder());
    execFileSync(program, [...options, path]);
    const packed = `${path}.${ending}`;
    expect((await readAll(packed)).equals(image)).toBe(true);
    expect((await readAll(packed, { bmap: false })).equals(image)).toBe(true);
    // A download that broke off, and one in which something was overwritten.
    const whole = readFileSync(packed);
    truncateSync(packed, whole.length - 5000);
    await expect(readAll(packed)).rejects.toMatchObject({
      name: 'FailedError',
      code: expect.stringMatching(/^(bad-image|truncated-image)$/) as string,
    });
    writeFileSync(packed, Buffer.from(whole).fill('damage', whole.length / 2, whole.length / 2 + 100));
    await expect(readAll(packed, { bmap: false })).rejects.toMatchObject({ name: 'FailedError' });
  },
);

test('a packed file is held against its checksum before anything else', async () => {
  const dir = folder();
  const path = mappedImage(dir);
  execFileSync('gzip', ['-1', '-k', path]);
  writeFileSync(join(dir, 'SHA256SUMS'), `${'0'.repeat(64)}  box.img.gz\n`);
  await expect(openSource(`${path}.gz`, { ...usual, bmap: false })).rejects.toMatchObject({
    code: 'image-changed',
  });
  const sum = sha256(readFileSync(`${path}.gz`));
  await expect(openSource(`${path}.gz`, { ...usual, sha256: '1'.repeat(64) })).rejects.toMatchObject({
    code: 'image-changed',
  });
  expect((await readAll(`${path}.gz`, { bmap: false, sha256: sum })).equals(image)).toBe(true);
});

test('without a block map, an image is held against SHA256SUMS while it is read, holes included', async () => {
  const dir = folder();
  const path = mappedImage(dir);
  writeFileSync(join(dir, 'SHA256SUMS'), `${sha256(image)}  box.img\n`);
  expect((await readAll(path, { bmap: false })).equals(image)).toBe(true);
  const changed = Buffer.from(image);
  changed[9 * mebibyte] = 1;
  writeFileSync(path, changed);
  await expect(readAll(path, { bmap: false })).rejects.toMatchObject({ code: 'image-changed' });
  // The block map does not name that block; a checksum that was asked for counts in any case.
  expect((await readAll(path)).equals(image)).toBe(true);
  await expect(readAll(path, { sha256: sha256(image) })).rejects.toMatchObject({ code: 'image-changed' });
  expect((await readAll(path, { sha256: sha256(changed) })).equals(image)).toBe(true);
});

test('an image that is shorter or longer than its block map says, or a damaged map', async () => {
  const path = mappedImage(folder());
  truncateSync(path, 5 * mebibyte);
  await expect(openSource(path, usual)).rejects.toMatchObject({ code: 'truncated-image' });
  // Its own partition table says how long it should be.
  await expect(openSource(path, { ...usual, bmap: false })).rejects.toMatchObject({
    code: 'truncated-image',
  });
  writeFileSync(path, image);
  appendFileSync(path, 'more');
  await expect(openSource(path, usual)).rejects.toMatchObject({ code: 'image-changed' });
  writeFileSync(path, image);
  const map = readFileSync(`${path}.bmap`, 'utf8');
  writeFileSync(`${path}.bmap`, map.replace('<Range chksum="', '<Range chksum="0'));
  await expect(openSource(path, usual)).rejects.toMatchObject({ code: 'bad-bmap' });
  expect((await readAll(path, { bmap: false })).equals(image)).toBe(true);
});

test('SHA256SUMS vouches for the block map', async () => {
  const dir = folder();
  const path = mappedImage(dir);
  writeFileSync(join(dir, 'SHA256SUMS'), `${'0'.repeat(64)}  box.img.bmap\n`);
  await expect(openSource(path, usual)).rejects.toMatchObject({
    code: 'image-changed',
    message: expect.stringContaining('box.img.bmap') as string,
  });
});

test('an image that shrinks while it is read', async () => {
  const path = mappedImage(folder());
  const source = await openSource(path, usual);
  truncateSync(path, 3 * mebibyte);
  await expect(contentsOf(source)).rejects.toMatchObject({ code: 'truncated-image' });
  await source.close();
});

test.each<[string, string, Buffer | string, string]>([
  ['a text', 'README.img', 'Hello.\n'.repeat(500), 'neither a partition table nor an ISO'],
  [
    'the disk of a virtual machine',
    'box.qcow2',
    Buffer.concat([Buffer.from('QFI\xfb', 'latin1'), Buffer.alloc(65_536)]),
    'qcow2',
  ],
  [
    'the disk of a virtual machine under another name',
    'box.img',
    Buffer.concat([Buffer.from('KDMV'), Buffer.alloc(65_536)]),
    'vmdk',
  ],
  ['nothing', 'empty.img', '', 'empty'],
])('%s is no image', async (_, name, content, why) => {
  const path = join(folder(), name);
  writeFileSync(path, content);
  await expect(openSource(path, usual)).rejects.toMatchObject({
    name: 'UserError',
    message: expect.stringContaining(why) as string,
  });
});

test('a file that is not there, and a folder', async () => {
  const dir = folder();
  await expect(openSource(join(dir, 'none.img'), usual)).rejects.toMatchObject({ name: 'UserError' });
  await expect(openSource(dir, usual)).rejects.toMatchObject({ name: 'UserError' });
});
