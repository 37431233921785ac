import { grubImages } from '../steps/grub-images.ts';
import { efiLoaderFiles, type SecureMode } from '../steps/secure-loader.ts';
import { type MenuSources, menuFiles, startedFiles } from './menu-files.ts';

/** Absolute paths in the ISO that more than one part must agree on. */
export const isoPaths = { biosImage: '/boot/grub/eltorito.img' } as const;

/** Every file of the ISO with its place on disk, in the order of reading while booting. */
export function isoFiles(
  sources: MenuSources,
  personal: Record<string, string>,
  secure?: SecureMode,
): Record<string, string> {
  const { grub, extras } = sources;
  return {
    [isoPaths.biosImage]: grub.file(grubImages.elTorito),
    ...menuFiles(sources),
    ...startedFiles(sources),
    ...personal,
    ...efiLoaderFiles((name) => grub.file(name), grubImages.efi, secure, 'iso'),
    ...extras,
  };
}
