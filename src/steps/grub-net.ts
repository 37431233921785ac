import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { stepNode } from '../plan/node.ts';
import type { SourceFile, StepKind, StepNode } from '../plan/types.ts';
import { makeFonts } from './grub-fonts.ts';
import { makeGrubImage } from './grub-mkimage.ts';

/** Files of the artifact, named as they are asked for from a network; the menu's fonts are in its folder `fonts`. */
export const grubNet = {
  /** GRUB as a BIOS loads it by PXE. */
  bios: 'core.0',
  /** GRUB as UEFI loads it by PXE or HTTP, for firmware of 64 and of 32 bits. */
  efi64: 'bootx64.efi',
  efi32: 'bootia32.efi',
} as const;

/** GRUB's programs for starting from a network, and the menu's fonts. They go on with the menu beside them, wherever that is. */
export const grubNetStep: StepKind = {
  name: 'grub-net',
  version: 1,
  async run(context) {
    const early = context.files['early.cfg.in'];
    if (early === undefined) throw new Error('GRUB needs net/early.cfg.in');
    await mkdir(join(context.out, 'fonts'));
    await Promise.all([
      makeGrubImage(context, 'i386-pc-pxe', early.path, grubNet.bios),
      makeGrubImage(context, 'x86_64-efi-net', early.path, grubNet.efi64),
      makeGrubImage(context, 'i386-efi-net', early.path, grubNet.efi32),
      makeFonts(context, join(context.out, 'fonts')),
    ]);
  },
};

export function grubNetNode(parts: { readonly tools: StepNode; readonly earlyConfig: SourceFile }): StepNode {
  return stepNode(grubNetStep, {
    title: 'make the boot loader for networks, for BIOS and UEFI',
    files: { 'early.cfg.in': parts.earlyConfig },
    tools: parts.tools,
  });
}
