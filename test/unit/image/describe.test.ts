import { describe, expect, it } from 'vitest';
import { FailedError, UserError } from '../../../src/base/errors.ts';
import { manifestPath, packManifest, plainGzip } from '../../../src/formats/manifest.ts';
import { describeFile, sbomOf } from '../../../src/image/describe.ts';
import { openImage } from '../../../src/image/open.ts';
import { mediumSpace, unpackedSpace } from '../../../src/image/space.ts';
import { exampleManifest } from '../../helpers/manifest.ts';
import { tinyIso } from '../../helpers/tiny-iso.ts';
import { testFolder, xorrisoImage } from './fixture.ts';

const folder = testFolder();

describe('an image', () => {
  it('is taken apart: firmware, menu, kernel, initrd', () => {
    const report = describeFile(folder.put('x.iso', xorrisoImage()));
    expect(report.boot).toMatchObject({
      bios: { cd: true, stick: true },
      uefi: { cd: true, stick: true },
      efiLoaders: ['BOOTX64.EFI'],
      menu: { timeout: 5, default: 'Example' },
    });
    expect(report.boot.menu?.entries.map((entry) => entry.title)).toEqual([
      'Example',
      "It's debug",
      'Memory test',
      'First disk',
    ]);
    expect(report.kernel).toEqual({ path: '/boot/vmlinuz', bytes: 4096, version: '6.12.0-example' });
    expect(report.initrds).toEqual([
      {
        path: '/boot/initrd.img',
        bytes: expect.any(Number) as number,
        segments: [
          expect.objectContaining({
            compression: 'none',
            files: [{ path: 'livefs/10-packages.squashfs', size: 5004 }],
          }),
          expect.objectContaining({ compression: 'gzip', files: [{ path: 'init', size: 10 }] }),
        ],
      },
    ]);
  });

  it('has it said when an entry loads what is not there', () => {
    const report = describeFile(folder.put('x.iso', xorrisoImage()));
    expect(report.boot.problems).toEqual([
      'the entry "Memory test" loads /boot/memtest.bin, which is not in the image',
    ]);
  });

  it('does not boot by UEFI where the EFI system partition holds no boot loader', () => {
    const image = xorrisoImage();
    image.fill(0, image.indexOf('BOOTX64 EFI'), image.indexOf('BOOTX64 EFI') + 11);
    const { boot } = describeFile(folder.put('x.iso', image));
    expect(boot.uefi).toEqual({ cd: false, stick: false });
    expect(boot.problems).toContain('its EFI system partition holds no boot loader');
  });

  it('shows where its bytes are, the initrd opened up', () => {
    const image = xorrisoImage();
    const space = mediumSpace(describeFile(folder.put('x.iso', image)));
    expect(space.bytes).toBe(image.length);
    const boot = space.children.find((child) => child.name === 'boot');
    const initrd = boot?.children.find((child) => child.name === 'initrd.img');
    expect(initrd?.children.map((child) => child.name)).toEqual(['livefs', '(headers)', 'segment 2 (gzip)']);
  });

  it('brings its manifest and its bill of materials', () => {
    const manifest = exampleManifest();
    const iso = tinyIso({
      [manifestPath]: packManifest(manifest),
      'diskbios/sbom.spdx.json.gz': plainGzip('{"a":1}'),
    });
    const path = folder.put('x.iso', iso);
    const report = describeFile(path);
    expect(report.manifest).toEqual(manifest);
    expect(unpackedSpace(report)?.bytes).toBe(3000 + 1500 + 5 + 9);
    using image = openImage(path);
    expect(sbomOf(image)).toBe('{"a":1}');
  });
});

describe('what is no image', () => {
  const codeOf = (path: string): string => {
    try {
      openImage(path)[Symbol.dispose]();
    } catch (error) {
      if (error instanceof UserError) return `user: ${error.message}`;
      if (error instanceof FailedError) return `failed: ${error.message}`;
      throw error;
    }
    return 'opened';
  };

  it('is told apart: nothing, a folder, a text, something else', () => {
    expect(codeOf(folder.path('none.iso'))).toMatch(/^user: there is no file .*none.iso/);
    expect(codeOf(folder.path(''))).toMatch(/^user: .*it is a folder/);
    expect(codeOf(folder.put('recipe.yaml', 'name: x\n'))).toMatch(/^user: .*it is a text file/);
    expect(codeOf(folder.put('zeros', Buffer.alloc(200_000)))).toMatch(/^user: .*no ISO 9660/);
  });

  it('is noticed when it was cut off, at whatever place', () => {
    const image = xorrisoImage();
    for (const length of [40_000, 70_000, image.length >> 1, image.length - 2048, image.length - 1]) {
      expect(codeOf(folder.put('cut.iso', image.subarray(0, length)))).toMatch(
        /^failed: .*cut.iso was cut off/,
      );
    }
    expect(codeOf(folder.put('whole.iso', image))).toBe('opened');
  });
});
