import { expect, test } from 'vitest';
import { compareLocks, formatSummary } from '../../../src/debian/lock-diff.ts';
import type { Lock } from '../../../src/debian/lock-file.ts';
import type { LockedPackage } from '../../../src/debian/package.ts';

function item(name: string, version: string, size = 1024): LockedPackage {
  return {
    name,
    version,
    arch: 'amd64',
    source: 'debian',
    path: `${name}.deb`,
    size,
    sha256: `${name}${version}${size}`,
  };
}

function lock(image: LockedPackage[]): Lock {
  return {
    lockVersion: 1,
    date: 0,
    image,
    kernel: [],
    tools: { build: [], qemu: [], serve: [] },
  } as unknown as Lock;
}

test('a summary tells added, removed, upgraded, downgraded and rebuilt packages, and what that makes in bytes', () => {
  const before = lock([
    item('a', '1:1.0'),
    item('b', '1.0~rc1'),
    item('c', '2.0'),
    item('d', '1.0'),
    item('e', '1'),
  ]);
  const now = lock([
    item('b', '1.0'),
    item('c', '1.9'),
    item('d', '1.0', 3072),
    item('e', '1'),
    item('f', '1'),
  ]);
  const summary = compareLocks(before, now);
  expect(formatSummary(summary)).toBe(
    [
      'image: 1 added, 1 removed, 1 upgraded, 1 downgraded, 1 rebuilt (7.0 KiB, +2.0 KiB)',
      '  + f 1 (1.0 KiB)',
      '  - a 1:1.0',
      '  ↑ b 1.0~rc1 → 1.0',
      '  ↓ c 2.0 → 1.9',
      '  ~ d 1.0 (same version, another file)',
    ].join('\n'),
  );
});

test('nothing is said where nothing changed', () => {
  const same = lock([item('a', '1')]);
  expect(formatSummary(compareLocks(same, lock([item('a', '1')])))).toBe('');
});
