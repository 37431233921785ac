import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { stepNode } from '../plan/node.ts';
import type { SourceFile, StepKind, StepNode } from '../plan/types.ts';
import type { SecureBoot } from '../recipe/types.ts';
import { makeFonts } from './grub-fonts.ts';
import { mediumMarker } from './grub-images.ts';
import { makeGrubImage, writeEarlyConfig } from './grub-mkimage.ts';
import { type LoaderOptions, loaderOptions, loaderSources, makeEfiLoader } from './secure-loader.ts';

/** Files of the artifact; the menu's fonts are in its folder `fonts`. */
export const grubDisk = {
  /** GRUB's first sector, as it comes with GRUB. */
  boot: 'boot.img',
  /** GRUB for BIOS. */
  core: 'core.img',
  /** GRUB for UEFI, for firmware of 64 and of 32 bits (which some boards with 64-bit processors have). */
  efi64: 'BOOTX64.EFI',
  efi32: 'BOOTIA32.EFI',
} as const;

/** GRUB's programs for a disk with partitions, and the menu's fonts. They look for their medium's marker and go on from there. */
export const grubDiskStep: StepKind = {
  name: 'grub-disk',
  version: 1,
  async run(context, options) {
    const { mediumId, secure } = options as unknown as { mediumId: string } & LoaderOptions;
    const config = await writeEarlyConfig(context, mediumMarker(mediumId));
    await mkdir(join(context.out, 'fonts'));
    await Promise.all([
      makeGrubImage(context, 'i386-pc', config, grubDisk.core),
      makeEfiLoader(context, 'x86_64-efi', grubDisk.efi64, { config, secure }),
      makeEfiLoader(context, 'i386-efi', grubDisk.efi32, {
        config,
        secure: secure === 'own' ? secure : undefined,
      }),
      makeFonts(context, join(context.out, 'fonts')),
      copyFile(context.toolFile('usr/lib/grub/i386-pc/boot.img'), join(context.out, grubDisk.boot)),
    ]);
  },
};

export function grubDiskNode(parts: {
  readonly tools: StepNode;
  readonly mediumId: string;
  readonly earlyConfig: SourceFile;
  readonly secure: SecureBoot;
  readonly locked: SourceFile;
}): StepNode {
  return stepNode(grubDiskStep, {
    title: 'make the boot loader of the disk, for BIOS and UEFI',
    options: { mediumId: parts.mediumId, ...loaderOptions(parts.secure) },
    files: { 'early.cfg.in': parts.earlyConfig, ...loaderSources(parts.secure, parts.locked) },
    tools: parts.tools,
  });
}
