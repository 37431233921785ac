import type { Artifact } from '../plan/types.ts';
import { grubImages } from '../steps/grub-images.ts';

/** Absolute paths in the ISO that more than one part must agree on. */
export const isoPaths = {
  kernel: '/boot/vmlinuz',
  initrd: '/boot/initrd.img',
  config: '/boot/grub/grub.cfg',
  systemsConfig: '/boot/grub/systems.cfg',
  theme: '/boot/grub/theme',
  fonts: '/boot/grub/fonts',
  biosImage: '/boot/grub/eltorito.img',
  memtestBios: '/boot/memtest86+x64.bin',
  memtestEfi: '/boot/memtest86+x64.efi',
} as const;

interface Sources {
  readonly kernel: Artifact;
  readonly initrd: Artifact;
  readonly grub: Artifact;
  /** The rendered files on disk by their absolute paths in the ISO. */
  readonly rendered: Readonly<Record<string, string>>;
  readonly theme: Readonly<Record<string, string>>;
  readonly fonts: readonly string[];
  /** `undefined`: no memory test. */
  readonly memtest: { readonly bios: string; readonly efi: string } | undefined;
  readonly extras: Readonly<Record<string, string>>;
}

/** Every file of the ISO with its place on disk, in the order of reading while booting. */
export function isoFiles(sources: Sources): Record<string, string> {
  const { grub, memtest } = sources;
  return {
    [isoPaths.biosImage]: grub.file(grubImages.elTorito),
    ...sources.rendered,
    ...Object.fromEntries(
      sources.fonts.map((font) => [`${isoPaths.fonts}/${font}`, grub.file(`fonts/${font}`)]),
    ),
    ...sources.theme,
    [isoPaths.kernel]: sources.kernel.file('vmlinuz'),
    [isoPaths.initrd]: sources.initrd.file('initrd.img'),
    ...(memtest === undefined
      ? {}
      : { [isoPaths.memtestBios]: memtest.bios, [isoPaths.memtestEfi]: memtest.efi }),
    '/EFI/BOOT/BOOTX64.EFI': grub.file(grubImages.efi),
    ...sources.extras,
  };
}
