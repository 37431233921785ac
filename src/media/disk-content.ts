import type { Artifact } from '../plan/types.ts';
import { grubDisk } from '../steps/grub-disk.ts';
import { isoPaths } from './iso-content.ts';

/** Absolute paths in the EFI system partition that more than one part must agree on. */
export const espPaths = {
  config: '/boot/grub/grub.cfg',
  /** Which slot is started; the PE writes it. */
  environment: '/boot/grub/grubenv',
  efi64: '/EFI/BOOT/BOOTX64.EFI',
  efi32: '/EFI/BOOT/BOOTIA32.EFI',
} as const;

interface SlotSources {
  readonly kernel: Artifact;
  readonly initrd: Artifact;
  readonly grub: Artifact;
  /** The rendered menu on disk, by absolute paths. */
  readonly rendered: Readonly<Record<string, string>>;
  readonly theme: Readonly<Record<string, string>>;
  readonly fonts: readonly string[];
  /** `undefined`: no memory test. */
  readonly memtest: { readonly bios: string; readonly efi: string } | undefined;
  readonly extras: Readonly<Record<string, string>>;
}

/** Every file of a slot with its place on disk: at the same paths as in the ISO, and without what starts the machine. */
export function slotFiles(sources: SlotSources): Record<string, string> {
  const { grub, memtest } = sources;
  return {
    [isoPaths.kernel]: sources.kernel.file('vmlinuz'),
    [isoPaths.initrd]: sources.initrd.file('initrd.img'),
    ...(memtest === undefined
      ? {}
      : { [isoPaths.memtestBios]: memtest.bios, [isoPaths.memtestEfi]: memtest.efi }),
    ...sources.rendered,
    ...Object.fromEntries(
      sources.fonts.map((font) => [`${isoPaths.fonts}/${font}`, grub.file(`fonts/${font}`)]),
    ),
    ...sources.theme,
    ...sources.extras,
  };
}

/** Every file of the EFI system partition. */
export function espFiles(
  grub: Artifact,
  rendered: { readonly config: string; readonly environment: string },
): Record<string, string> {
  return {
    [espPaths.efi64]: grub.file(grubDisk.efi64),
    [espPaths.efi32]: grub.file(grubDisk.efi32),
    [espPaths.config]: rendered.config,
    [espPaths.environment]: rendered.environment,
  };
}
