import { describe, expect, it } from 'vitest';
import { type IsoRecipe, isoMedium, isoNode } from '../../../src/media/iso.ts';
import {
  derivedGuid,
  isoArguments,
  isoTime,
  pathList,
  sortWeights,
} from '../../../src/media/iso-arguments.ts';
import { media } from '../../../src/media/registry.ts';
import type { MediumParts } from '../../../src/media/types.ts';
import { mediaKinds } from '../../../src/recipe/types.ts';
import { fullMenu, smallMenu } from './menus.ts';
import { input, rootParts } from './parts.ts';

const parts: MediumParts = {
  kernel: input('kernel'),
  initrd: input('initrd'),
  tools: input('tools'),
  qemuTools: input('qemu'),
  epoch: 1735689600,
  extras: {},
  carried: undefined,
  ...rootParts,
};
const recipe: IsoRecipe = {
  name: 'diskbios',
  version: '0.1.0',
  boot: fullMenu,
  kernel: { cmdline: [] },
  paths: { systems: '/hd' },
  media: { iso: { label: 'DISKBIOS', filename: 'diskbios.iso' } },
};
const layout = {
  label: 'DISKBIOS',
  application: 'diskbios 0.1.0',
  epoch: 1735689600,
  guid: derivedGuid('0123456789abcdef'.repeat(4)),
  files: { '/boot/vmlinuz': '/store/a=b\\c/vmlinuz', '/boot/initrd.img': '/store/initrd.img' },
  biosImage: '/boot/grub/eltorito.img',
  hybridMbr: '/store/mbr',
  efiPartition: '/store/efi.img',
  output: '/out/image.iso',
};

describe('the ISO node', () => {
  it('leaves the boot loader as it is when the menu changes', () => {
    const before = isoNode(recipe, parts);
    const after = isoNode({ ...recipe, boot: smallMenu }, parts);
    expect(after.id).not.toBe(before.id);
    expect(after.inputs['grub']?.id).toBe(before.inputs['grub']?.id);
  });

  it('depends on label, version, epoch and the common kernel words', () => {
    const changed: IsoRecipe[] = [
      { ...recipe, version: '0.1.1' },
      { ...recipe, kernel: { cmdline: ['quiet'] } },
      { ...recipe, media: { iso: { label: 'OTHER', filename: 'diskbios.iso' } } },
    ];
    const nodes = [recipe, ...changed].map((each) => isoNode(each, parts));
    nodes.push(isoNode(recipe, { ...parts, epoch: 1 }));
    expect(new Set(nodes.map((node) => node.id)).size).toBe(5);
  });

  it('takes the templates, the theme and the extras along', () => {
    const sbom = { path: '/x/sbom.json', sha256: 'ab', size: 1 };
    const manifest = { node: input('manifest'), file: 'manifest.json' };
    const node = isoNode(recipe, {
      ...parts,
      extras: { '/diskbios/sbom.spdx.json': sbom, '/diskbios/manifest.json': manifest },
    });
    expect(Object.keys(node.files)).toEqual(
      expect.arrayContaining(['grub.cfg.in', 'theme/theme.txt.in', 'theme/icons/live.png']),
    );
    expect(Object.values(node.files)).toContain(sbom);
    expect(Object.values(node.inputs)).toContain(manifest.node);
  });

  it('carries the font of every script only for titles that need it', () => {
    const fonts = (boot: IsoRecipe['boot']) =>
      (isoNode({ ...recipe, boot }, parts).options as { fonts: string[] }).fonts;
    expect(fonts(fullMenu)).toContain('unicode.pf2');
    expect(fonts(smallMenu)).not.toContain('unicode.pf2');
  });
});

describe('xorriso', () => {
  it('is called with the arguments of the golden file', async () => {
    const text = isoArguments(layout, { paths: '/tmp/paths', weights: '/tmp/weights' }).join('\n');
    await expect(`${text}\n`).toMatchFileSnapshot('../../golden/grub-iso-arguments.txt');
  });

  it('gets paths escaped, and one weight for each file', () => {
    expect(pathList(layout)).toBe(
      '/boot/vmlinuz=/store/a\\=b\\\\c/vmlinuz\n/boot/initrd.img=/store/initrd.img\n',
    );
    expect(sortWeights(layout)).toBe('2 /boot/vmlinuz\n1 /boot/initrd.img\n');
  });

  it('gets times and GUIDs from the inputs', () => {
    expect(isoTime(1735689600)).toBe('2025010100000000');
    expect(derivedGuid('0123456789abcdef'.repeat(4))).toBe('0123456789abcd8f8123456789abcdef');
  });
});

describe('the registry', () => {
  it('has every kind of medium', () => {
    expect(Object.keys(media)).toEqual([...mediaKinds]);
    expect(media.iso).toBe(isoMedium);
  });
});
