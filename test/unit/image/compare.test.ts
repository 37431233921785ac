import { describe, expect, it } from 'vitest';
import { register } from '../../../src/cli/commands/diff.ts';
import { compareVersions } from '../../../src/formats/debian-version.ts';
import {
  type Manifest,
  type ManifestParts,
  manifestPath,
  packManifest,
} from '../../../src/formats/manifest.ts';
import { compareImages } from '../../../src/image/compare.ts';
import { runCommand } from '../../helpers/cli.ts';
import { exampleManifest, file, packageOf } from '../../helpers/manifest.ts';
import { tinyIso } from '../../helpers/tiny-iso.ts';
import { testFolder } from './fixture.ts';

const folder = testFolder();

function image(name: string, manifest: Manifest, more: Record<string, string> = {}): string {
  return folder.put(name, tinyIso({ [manifestPath]: packManifest(manifest), ...more }));
}

const layer = (...entries: ReturnType<typeof file>[]): ManifestParts['layers'] => [
  { name: '10-packages', format: 'squashfs', size: 1, entries },
];

describe('two images', () => {
  it('are the same where no byte differs', () => {
    const comparison = compareImages(image('a.iso', exampleManifest()), image('b.iso', exampleManifest()));
    expect(comparison).toMatchObject({ identical: true, packages: [], files: [], medium: [] });
  });

  it('have packages added, removed, upgraded, downgraded and rebuilt', () => {
    const a = exampleManifest({
      packages: [
        packageOf('gone', '1'),
        packageOf('up', '1.9'),
        packageOf('down', '2:1'),
        packageOf('same', '1'),
        packageOf('again', '1', 'a'),
      ],
    });
    const b = exampleManifest({
      packages: [
        packageOf('new', '1'),
        packageOf('up', '1.10'),
        packageOf('down', '3'),
        packageOf('same', '1'),
        packageOf('again', '1', 'b'),
      ],
    });
    const { packages } = compareImages(image('a.iso', a), image('b.iso', b));
    expect(packages.map(({ name, how, from, to }) => [name, how, from, to])).toEqual([
      ['again', 'rebuilt', '1', '1'],
      ['down', 'downgraded', '2:1', '3'],
      ['gone', 'removed', '1', undefined],
      ['new', 'added', undefined, '1'],
      ['up', 'upgraded', '1.9', '1.10'],
    ]);
  });

  it('have files added, removed and changed, with what and by how much', () => {
    const a = exampleManifest({
      layers: layer(file('gone', 5, 'x'), file('grown', 5, 'x'), file('mode', 5, 'x'), file('same', 5, 'x')),
    });
    const b = exampleManifest({
      layers: layer(
        file('new', 7, 'x'),
        file('grown', 9, 'x'),
        file('mode', 5, 'x', 0o755),
        file('same', 5, 'x'),
      ),
    });
    expect(compareImages(image('a.iso', a), image('b.iso', b)).files).toEqual([
      { path: 'gone', how: 'removed', bytes: -5, what: [] },
      { path: 'grown', how: 'changed', bytes: 4, what: ['size'] },
      { path: 'mode', how: 'changed', bytes: 0, what: ['mode'] },
      { path: 'new', how: 'added', bytes: 7, what: [] },
    ]);
  });

  it('compares what a later layer shows, not what it hides', () => {
    const layers = (hidden: number): ManifestParts['layers'] => [
      { name: '10-packages', format: 'squashfs', size: 1, entries: [file('etc/motd', hidden, 'package x')] },
      { name: '30-pe', format: 'squashfs', size: 1, entries: [file('etc/motd', 3, 'template base')] },
    ];
    const a = exampleManifest({ layers: layers(1) });
    const b = exampleManifest({ layers: layers(2) });
    expect(compareImages(image('a.iso', a), image('b.iso', b)).files).toEqual([]);
  });

  it('have files of the medium compared by their contents', () => {
    const { medium } = compareImages(
      image('a.iso', exampleManifest(), { 'boot/vmlinuz': 'one', extra: 'x' }),
      image('b.iso', exampleManifest(), { 'boot/vmlinuz': 'two' }),
    );
    expect(medium).toEqual([
      { path: 'boot/vmlinuz', how: 'changed', bytes: 0, what: ['contents'] },
      { path: 'extra', how: 'removed', bytes: -1, what: [] },
    ]);
  });
});

it('of which one was built by something else are compared as far as that goes', () => {
  const foreign = folder.put('b.iso', tinyIso({ other: 'x' }));
  const comparison = compareImages(image('a.iso', exampleManifest()), foreign);
  expect(comparison).toMatchObject({ deep: false, packages: [], files: [], values: [] });
  expect(comparison.medium.map(({ path, how }) => [path, how])).toEqual([
    ['diskbios/manifest.json.gz', 'removed'],
    ['other', 'added'],
  ]);
});

describe('diskbios diff', () => {
  const pair = (): [string, string] => [
    image('a.iso', exampleManifest()),
    image('b.iso', exampleManifest({ version: '1.1', packages: [packageOf('lxc', '1:6.0.4-5')] })),
  ];

  it('ends with 0, and with 1 for differences where --exit-code says so', async () => {
    const [a, b] = pair();
    expect((await runCommand(register, ['diff', a, b])).code).toBe(0);
    expect((await runCommand(register, ['diff', '--exit-code', a, b])).code).toBe(1);
    expect((await runCommand(register, ['diff', '--exit-code', a, a])).code).toBe(0);
  });

  it('shows versions and sizes', async () => {
    const { out } = await runCommand(register, ['diff', ...pair()]);
    expect(out).toMatch(/Settings\n\s+version\s+1\.0 → 1\.1\n/);
    expect(out).toMatch(/- busybox-static\s+1:1\.37\.0-6\s+-2\.9 KiB\n/);
    expect(out).toMatch(/↑ lxc\s+1:6\.0\.4-4 → 1:6\.0\.4-5\n/);
  });

  it('says so where the two are the same', async () => {
    const [a] = pair();
    expect((await runCommand(register, ['diff', a, a])).out).toContain(
      'The two are the same, byte for byte.',
    );
  });

  it('gives JSON, and finds files next to where it was started', async () => {
    pair();
    const { out } = await runCommand(register, ['diff', '--json', 'a.iso', 'b.iso'], {
      cwd: folder.path(''),
    });
    expect(JSON.parse(out)).toMatchObject({ identical: false, deep: true });
  });
});

describe("Debian's versions", () => {
  it.each([
    ['1.9', '1.10', -1],
    ['1.0~rc1', '1.0', -1],
    ['1:0.1', '9.9', 1],
    ['1.0-1', '1.0-1+b1', -1],
    ['1.0-1', '1.0-1~deb13u1', 1],
    ['1.0a', '1.0+', -1],
    ['1.0', '1.0-0', 0],
    ['2025.04.26-1', '2025.4.26-1', 0],
  ])('%s and %s', (a, b, order) => {
    expect(compareVersions(a, b)).toBe(order);
    expect(compareVersions(b, a)).toBe(order === 0 ? 0 : -order);
  });
});
