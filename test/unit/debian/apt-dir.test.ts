import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withAptDir } from '../../../src/debian/apt-dir.ts';

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'diskbios-'));
});
afterEach(() => rmSync(parent, { recursive: true }));

test('the folder is kept for the next one, and nobody shares it at the same time', async () => {
  const [first, second] = await withAptDir(parent, 'lists', parent, async (dir) => {
    writeFileSync(join(dir, 'list'), '');
    return [dir, await withAptDir(parent, 'lists', parent, (other) => Promise.resolve(other))];
  });
  expect(first).toBe(join(parent, 'lists'));
  expect(second).not.toBe(first);
  expect(existsSync(second)).toBe(false);
  await withAptDir(parent, 'lists', parent, (dir) => {
    expect(readdirSync(dir).sort()).toEqual(['in-use', 'list']);
    return Promise.resolve();
  });
});

test('the folder is free again after a failure', async () => {
  await expect(withAptDir(parent, 'lists', parent, () => Promise.reject(new Error('no')))).rejects.toThrow(
    'no',
  );
  expect(await withAptDir(parent, 'lists', parent, (dir) => Promise.resolve(dir))).toBe(
    join(parent, 'lists'),
  );
});

test.each([
  ['of a process that is no more', '4194304\n'],
  ['without an owner', ''],
])('a lock %s is taken over', async (_what, content) => {
  await withAptDir(parent, 'lists', parent, () => Promise.resolve());
  writeFileSync(join(parent, 'lists', 'in-use'), content);
  expect(await withAptDir(parent, 'lists', parent, (dir) => Promise.resolve(dir))).toBe(
    join(parent, 'lists'),
  );
  expect(readdirSync(join(parent, 'lists'))).toEqual([]);
});
