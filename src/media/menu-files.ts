import type { Artifact, StepContext } from '../plan/types.ts';
import { type BootMenu, renderMenu, themePictures } from './boot-menu.ts';
import { extraFiles, type PlacedExtras, stepInput } from './extras.ts';
import { mediumPaths } from './medium-paths.ts';

/** What every medium with a boot menu holds. */
export interface MenuSources {
  readonly kernel: Artifact;
  readonly initrd: Artifact;
  readonly grub: Artifact;
  /** Rendered files on disk by their absolute paths on the medium. */
  readonly rendered: Readonly<Record<string, string>>;
  readonly theme: Readonly<Record<string, string>>;
  readonly fonts: readonly string[];
  /** `undefined`: no memory test. */
  readonly memtest: { readonly bios: string; readonly efi: string } | undefined;
  readonly extras: Readonly<Record<string, string>>;
}

/** Renders the menu to scratch, and finds the rest in a step's inputs `kernel`, `initrd` and `grub`, its files and tools. */
export async function menuSources(
  context: StepContext,
  options: BootMenu & PlacedExtras,
): Promise<MenuSources> {
  return {
    kernel: stepInput(context, 'kernel'),
    initrd: stepInput(context, 'initrd'),
    grub: stepInput(context, 'grub'),
    rendered: await renderMenu(context, options),
    theme: themePictures(context),
    fonts: options.fonts,
    memtest: options.boot.memtest
      ? {
          bios: context.toolFile('boot/memtest86+x64.bin'),
          efi: context.toolFile('boot/memtest86+x64.efi'),
        }
      : undefined,
    extras: extraFiles(context, options),
  };
}

/** What the menu starts. */
export function startedFiles({ kernel, initrd, memtest }: MenuSources): Record<string, string> {
  return {
    [mediumPaths.kernel]: kernel.file('vmlinuz'),
    [mediumPaths.initrd]: initrd.file('initrd.img'),
    ...(memtest === undefined
      ? {}
      : { [mediumPaths.memtestBios]: memtest.bios, [mediumPaths.memtestEfi]: memtest.efi }),
  };
}

/** The menu itself. */
export function menuFiles({ rendered, fonts, grub, theme }: MenuSources): Record<string, string> {
  return {
    ...rendered,
    ...Object.fromEntries(fonts.map((font) => [`${mediumPaths.fonts}/${font}`, grub.file(`fonts/${font}`)])),
    ...theme,
  };
}
