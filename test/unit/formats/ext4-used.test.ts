import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ext4Used } from '../../../src/formats/ext4-used.ts';
import { findProgram, run } from '../../../src/sys/run.ts';
import { strictReader, workFolder } from './disks.ts';

const path = workFolder();
const missing = findProgram('mke2fs') === undefined || findProgram('e2fsck') === undefined;

it.skipIf(missing).each([
  ['of one group', 32, []],
  ['of several groups', 160, ['-O', 'flex_bg']],
  ['without flexible groups', 160, ['-O', '^flex_bg']],
  ['with inodes that are cleared at once', 32, ['-E', 'lazy_itable_init=0']],
])('ext4 %s is whole with nothing but what is in use (needs e2fsprogs)', async (name, mib, more) => {
  const [file, folder] = [path(name), path('files')];
  mkdirSync(folder, { recursive: true });
  const text = 'something that is there\n'.repeat(20_000);
  writeFileSync(join(folder, 'file'), text);
  writeFileSync(file, '');
  truncateSync(file, mib * 1024 ** 2);
  const options = ['-q', '-F', '-t', 'ext4', '-b', '4096', '-d', folder, ...more];
  await run(['mke2fs', ...options, file], { env: { MKE2FS_CONFIG: '/nonexistent' } });
  const image = readFileSync(file);
  const used = ext4Used(strictReader(image));
  const bytes = used.reduce((sum, { from, to }) => sum + to - from, 0);
  expect(bytes).toBeLessThan(image.length / 2);
  const copy = Buffer.alloc(image.length, 0xa5);
  for (const { from, to } of used) image.copy(copy, from, from, to);
  writeFileSync(file, copy);
  await run(['e2fsck', '-f', '-n', file]);
  const { stdout } = await run(['debugfs', '-R', 'cat /file', file]);
  expect(stdout).toBe(text);
});

it('what is no ext4 is refused', () => {
  expect(() => ext4Used(strictReader(Buffer.alloc(4096)))).toThrow('there is no ext4');
});
