import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { ReadAt } from '../../../src/formats/read-at.ts';

/** A folder for the tests of a file; gives the path of a name in it. */
export function workFolder(): (name: string) => string {
  let dir = '';
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'diskbios-disks-'));
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  return (name) => join(dir, name);
}

/** As readers of images do it: what lies past the end is an error, not less. */
export function strictReader(bytes: Buffer): ReadAt {
  return (offset, length) => {
    if (offset + length > bytes.length) throw new RangeError(`${offset} + ${length} is past ${bytes.length}`);
    return bytes.subarray(offset, offset + length);
  };
}
