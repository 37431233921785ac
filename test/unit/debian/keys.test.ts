import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../src/base/package-root.ts';
import { debianKey, repositoriesOf, sourcesLine } from '../../../src/debian/apt-repositories.ts';
import { makeRecipe } from './helpers/world.ts';

/** The fingerprints of the version 4 keys (not subkeys) in a binary OpenPGP key ring. */
function fingerprints(ring: Buffer): string[] {
  const found: string[] = [];
  for (let at = 0; at < ring.length; ) {
    const tag = ring[at]!;
    const old = (tag & 0x40) === 0;
    const type = old ? (tag >> 2) & 15 : tag & 63;
    const size = old ? 1 << (tag & 3) : 1;
    const length = ring.readUIntBE(at + 1, size);
    if (!old && length >= 192) throw new Error('a packet form that these keys do not have');
    const start = at + 1 + size;
    if (type === 6) {
      const body = ring.subarray(start, start + length);
      const head = Buffer.from([0x99, length >> 8, length & 255]);
      found.push(createHash('sha1').update(head).update(body).digest('hex').toUpperCase());
    }
    at = start + length;
  }
  return found;
}

test("the key ring that comes with the project holds Debian's keys, and no others than its README names", () => {
  const readme = readFileSync(join(packageRoot(), 'src/debian/keys/README.md'), 'utf8');
  const named = [...readme.matchAll(/`([0-9A-F]{4}(?: +[0-9A-F]{4}){9})`/g)].map((match) =>
    match[1]!.replaceAll(' ', ''),
  );
  expect(named).toHaveLength(6);
  expect(fingerprints(readFileSync(debianKey()))).toEqual(named);
});

test('the key ring is among the files of the npm package', () => {
  const { files } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as {
    files: string[];
  };
  expect(files).toContain('src/debian/keys');
});

test("every source is bound to one key; the machine's own key rings are not used", () => {
  const recipe = makeRecipe('/x', { security: true });
  const mirrors = {
    main: 'http://a.example/debian',
    security: 'http://a.example/sec',
    repositories: {},
    from: 'test',
  };
  expect(repositoriesOf(recipe, mirrors).map((item) => sourcesLine(item, 'amd64'))).toEqual([
    `deb [arch=amd64 signed-by=${debianKey()}] http://a.example/debian trixie main`,
    `deb [arch=amd64 signed-by=${debianKey()}] http://a.example/sec trixie-security main`,
  ]);
  expect(debianKey()).not.toContain('/usr/share/keyrings');
});

test('the rolling suite has no updates and no security archive beside it', () => {
  const recipe = makeRecipe('/x', { security: true, suite: 'sid' });
  const mirrors = {
    main: 'http://a.example/debian',
    security: 'http://a.example/sec',
    repositories: {},
    from: 'test',
  };
  expect(repositoriesOf(recipe, mirrors).map(({ suite }) => suite)).toEqual(['sid']);
});
