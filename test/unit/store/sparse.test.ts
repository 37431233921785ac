import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { copySparse } from '../../../src/store/sparse.ts';
import { testFolder } from '../image/fixture.ts';

const folder = testFolder();
const mib = 1024 ** 2;

it('a sparse file is copied as one, with all its bytes', () => {
  const from = folder.put('from', Buffer.alloc(3 * mib + 17, 'data'));
  truncateSync(from, 64 * mib + 5);
  const bytes = readFileSync(from);
  bytes.write('at the end', bytes.length - 10);
  bytes.write('in the middle', 40 * mib - 5);
  // Written anew with holes, where the file system has them.
  writeFileSync(folder.path('whole'), bytes);
  copySparse(folder.path('whole'), folder.path('copy of whole'));
  expect(readFileSync(folder.path('copy of whole')).equals(bytes)).toBe(true);
  copySparse(from, folder.path('copy'));
  expect(readFileSync(folder.path('copy')).equals(readFileSync(from))).toBe(true);
  const taken = (file: string): number => statSync(file).blocks * 512;
  expect(taken(folder.path('copy'))).toBeLessThanOrEqual(taken(from) + mib);
});
