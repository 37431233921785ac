import { type Manifest, type ManifestParts, makeManifest } from '../../src/formats/manifest.ts';
import type { Entry } from '../../src/formats/tree.ts';

const common = { uid: 0, gid: 0, mtime: 0 };

export function file(
  path: string,
  size: number,
  origin: string,
  mode = 0o644,
): Extract<Entry, { type: 'file' }> {
  return { ...common, type: 'file', path, size, mode, origin, content: { bytes: Buffer.alloc(size) } };
}

export function packageOf(name: string, version: string, sha = 'a'): ManifestParts['packages'][number] {
  const path = `pool/main/${name[0] ?? ''}/${name}/${name}_${version}_amd64.deb`;
  return { name, version, arch: 'amd64', source: name, path, size: 1000, sha256: sha.repeat(64) };
}

/** A manifest of a small image, with what a test wants otherwise. */
export function exampleManifest(changes: Partial<ManifestParts> = {}): Manifest {
  return makeManifest({
    name: 'example',
    version: '1.0',
    arch: 'amd64',
    builder: '0.1.0',
    suite: 'trixie',
    epoch: 1_700_000_000,
    agent: false,
    recipeDigest: '1'.repeat(64),
    lockDigest: '2'.repeat(64),
    kernel: { version: '6.12.0-example', package: 'linux-image-example' },
    modules: ['overlay', 'loop'],
    packages: [packageOf('lxc', '1:6.0.4-4'), packageOf('busybox-static', '1:1.37.0-6')],
    layers: [
      {
        name: '10-packages',
        format: 'squashfs',
        size: 4096,
        entries: [
          { ...common, type: 'dir', path: 'usr', mode: 0o755, origin: 'package lxc' },
          file('usr/bin/busybox', 3000, 'package busybox-static', 0o755),
          {
            ...common,
            type: 'symlink',
            path: 'usr/bin/sh',
            mode: 0o777,
            target: 'busybox',
            origin: 'builder',
          },
          file('usr/bin/lxc-start', 1500, 'package lxc', 0o755),
          file('etc/motd', 5, 'package lxc'),
        ],
      },
      {
        name: '30-pe',
        format: 'squashfs',
        size: 1024,
        entries: [file('etc/motd', 9, 'template base')],
        digest: () => 'd'.repeat(64),
      },
    ],
    entries: [{ title: 'Example', mode: 'live', cmdline: ['diskbios.mode=live'] }],
    excluded: [{ pattern: 'usr/share/man/**', files: 12, bytes: 34567 }],
    ...changes,
  });
}
