import { describe, expect, it } from 'vitest';
import {
  manifestJson,
  packManifest,
  parseManifest,
  plainGzip,
  unpackManifest,
} from '../../../src/formats/manifest.ts';
import { exampleManifest, file, packageOf } from '../../helpers/manifest.ts';

describe('the manifest', () => {
  it('comes back from its file as it was', () => {
    const manifest = exampleManifest();
    expect(unpackManifest(packManifest(manifest))).toEqual(manifest);
  });

  it('counts what each package takes and lists files, packages and modules in order', () => {
    const manifest = exampleManifest();
    expect(manifest.packages.map(({ name, installedBytes }) => [name, installedBytes])).toEqual([
      ['busybox-static', 3000],
      ['lxc', 1505],
    ]);
    expect(manifest.files.map(({ path, layer }) => `${layer}:${path}`)).toEqual([
      '10-packages:etc/motd',
      '30-pe:etc/motd',
      '10-packages:usr',
      '10-packages:usr/bin/busybox',
      '10-packages:usr/bin/lxc-start',
      '10-packages:usr/bin/sh',
    ]);
    expect(manifest.modules).toEqual(['loop', 'overlay']);
    expect(manifest.files[1]?.digest).toBe('d'.repeat(16));
  });

  it('counts kernel modules for the package that the kernel comes from', () => {
    const { packages } = exampleManifest({
      packages: [packageOf('linux-image-example', '1'), packageOf('linux-image-6.12.0-example', '1')],
      layers: [
        {
          name: '20-modules',
          format: 'squashfs',
          size: 1,
          entries: [file('usr/lib/modules/a.ko', 70, 'kernel modules')],
        },
      ],
    });
    expect(packages.map(({ name, installedBytes }) => [name, installedBytes])).toEqual([
      ['linux-image-6.12.0-example', 70],
      ['linux-image-example', 0],
    ]);
  });

  it('is the same text for the same parts, in whatever order they were given', () => {
    const { layers, ...rest } = exampleManifest();
    expect(manifestJson({ layers, ...rest })).toBe(manifestJson({ ...rest, layers }));
  });

  it('names no machine and no time in its gzip header', () => {
    expect([...plainGzip('x').subarray(0, 10)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255]);
  });

  it('refuses a format it does not know', () => {
    expect(() => parseManifest('{"formatVersion":99}')).toThrow(/has format 99/);
    expect(() => parseManifest('nonsense')).toThrow(/no JSON/);
  });
});
