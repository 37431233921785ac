import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Json, sha256 } from '../base/json.ts';
import { stepNode } from '../plan/node.ts';
import type { SourceFile, StepKind, StepNode } from '../plan/types.ts';
import type { SecureBoot } from '../recipe/types.ts';
import { makeFatImage } from './fat-image.ts';
import { makeFonts } from './grub-fonts.ts';
import { makeGrubImage, writeEarlyConfig } from './grub-mkimage.ts';
import {
  efiLoaderFiles,
  type LoaderOptions,
  loaderOptions,
  loaderSources,
  makeEfiLoader,
} from './secure-loader.ts';

/** Files of the artifact. */
export const grubImages = {
  /** GRUB for BIOS: El Torito boot image, and what the hybrid MBR loads. */
  elTorito: 'eltorito.img',
  /** Boot code for the first sector of a stick. */
  hybridMbr: 'hybrid-mbr.img',
  /** GRUB for UEFI. */
  efi: 'BOOTX64.EFI',
  /** A FAT file system with what UEFI starts. */
  efiPartition: 'efi.img',
} as const;

interface Options extends LoaderOptions {
  /** The medium is known by the file `/boot/diskbios/<mediumId>`. */
  readonly mediumId: string;
}

/** The file by which GRUB knows the medium it belongs to. */
export function mediumMarker(mediumId: string): string {
  return `/boot/diskbios/${mediumId}`;
}

/**
 * GRUB's programs for BIOS and UEFI, and the menu's fonts. The menu itself is not part of them, so that they stay in
 * the store while a recipe is being worked on.
 */
export const grubImagesStep: StepKind = {
  name: 'grub-images',
  version: 3,
  async run(context, options) {
    const { mediumId, secure } = options as unknown as Options;
    const config = await writeEarlyConfig(context, mediumMarker(mediumId));
    await mkdir(join(context.out, 'fonts'));
    await Promise.all([
      makeGrubImage(context, 'i386-pc-eltorito', config, grubImages.elTorito),
      makeEfiLoader(context, 'x86_64-efi', grubImages.efi, { config, secure }),
      makeFonts(context, join(context.out, 'fonts')),
      copyFile(
        context.toolFile('usr/lib/grub/i386-pc/boot_hybrid.img'),
        join(context.out, grubImages.hybridMbr),
      ),
    ]);
    await makeFatImage(context, join(context.out, grubImages.efiPartition), {
      serial: sha256(mediumId).slice(0, 8),
      label: 'DISKBIOSEFI',
      files: efiLoaderFiles((name) => join(context.out, name), grubImages.efi, secure, 'partition'),
    });
  },
};

/** `epoch` is the time of the files in the EFI partition, seconds since 1970. */
export function grubImagesNode(parts: {
  readonly tools: StepNode;
  readonly mediumId: string;
  readonly epoch: number;
  readonly earlyConfig: SourceFile;
  readonly secure: SecureBoot;
  readonly locked: SourceFile;
}): StepNode {
  const options: Json = { mediumId: parts.mediumId, epoch: parts.epoch, ...loaderOptions(parts.secure) };
  return stepNode(grubImagesStep, {
    title: 'make the boot loader for BIOS and UEFI',
    options,
    files: { 'early.cfg.in': parts.earlyConfig, ...loaderSources(parts.secure, parts.locked) },
    tools: parts.tools,
  });
}
