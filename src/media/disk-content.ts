import type { Artifact } from '../plan/types.ts';
import { grubDisk } from '../steps/grub-disk.ts';
import { efiLoaderFiles, type SecureMode } from '../steps/secure-loader.ts';
import { type MenuSources, menuFiles, startedFiles } from './menu-files.ts';

/** Absolute paths in the EFI system partition that more than one part must agree on. */
export const espPaths = {
  config: '/boot/grub/grub.cfg',
  /** Which slot is started; the PE writes it. */
  environment: '/boot/grub/grubenv',
  efi32: '/EFI/BOOT/BOOTIA32.EFI',
} as const;

/** Every file of a slot with its place on disk: at the same paths as in the ISO, and without what starts the machine. */
export function slotFiles(sources: MenuSources): Record<string, string> {
  return { ...startedFiles(sources), ...menuFiles(sources), ...sources.extras };
}

/** Every file of the EFI system partition. */
export function espFiles(
  grub: Artifact,
  rendered: { readonly config: string; readonly environment: string },
  secure?: SecureMode,
): Record<string, string> {
  return {
    ...efiLoaderFiles((name) => grub.file(name), grubDisk.efi64, secure),
    [espPaths.efi32]: grub.file(grubDisk.efi32),
    [espPaths.config]: rendered.config,
    [espPaths.environment]: rendered.environment,
  };
}
