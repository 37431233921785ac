import { type BootImage, readBootCatalogue } from '../formats/el-torito.ts';
import { type GrubMenu, readGrubMenu } from '../formats/grub-menu.ts';
import type { Partition } from '../formats/partitions.ts';
import type { OpenImage } from './open.ts';

/** What an image can be started by, as found in it. */
export interface BootFacts {
  readonly bios: { readonly cd: boolean; readonly stick: boolean };
  readonly uefi: { readonly cd: boolean; readonly stick: boolean };
  /** File names of the UEFI boot loaders in the EFI system partition. */
  readonly efiLoaders: readonly string[];
  readonly bootImages: readonly BootImage[];
  readonly partitions: readonly (Partition & { readonly table: 'gpt' | 'mbr' })[];
  readonly menu: GrubMenu | undefined;
  /** What looks wrong, in sentences. */
  readonly problems: readonly string[];
}

/** Loader names by UEFI 2.10 section 3.5.1.1, as FAT keeps short names. */
const loaders: Readonly<Record<string, string>> = {
  'BOOTX64 EFI': 'BOOTX64.EFI',
  BOOTIA32EFI: 'BOOTIA32.EFI',
  BOOTAA64EFI: 'BOOTAA64.EFI',
};

/** Looks for the directory entries of boot loaders in a FAT file system, without walking it. */
function efiLoaders(image: OpenImage, offset: number, bytes: number): string[] {
  const start = image.read(offset, Math.max(0, Math.min(bytes, 8 * 1024 * 1024, image.bytes - offset)));
  return Object.entries(loaders)
    .filter(([short]) => start.includes(short, 0, 'latin1'))
    .map(([, name]) => name);
}

function menuOf(image: OpenImage): GrubMenu | undefined {
  const config = image.find('boot/grub/grub.cfg');
  if (config === undefined) return undefined;
  const set = image.slot === undefined ? {} : { slot_word: `diskbios.slot=${image.slot}` };
  return readGrubMenu(image.contents(config).toString('utf8'), set);
}

function missingFiles(image: OpenImage, menu: GrubMenu): string[] {
  return menu.entries.flatMap((entry) =>
    [entry.kernel, ...entry.initrds]
      .filter((path): path is string => path?.startsWith('/') === true && !path.includes('$'))
      .filter((path) => image.find(path) === undefined)
      .map((path) => `the entry "${entry.title}" loads ${path}, which is not in the image`),
  );
}

/** Finds out what an image boots on. */
export function bootFacts(image: OpenImage): BootFacts {
  const { bootCatalogue } = image.volume;
  const bootImages = bootCatalogue === undefined ? [] : readBootCatalogue(image.read, bootCatalogue);
  const { mbr, gpt } = image.tables;
  const partitions = [
    ...(gpt?.partitions.map((partition) => ({ ...partition, table: 'gpt' as const })) ?? []),
    // The MBR beside a GPT only protects it.
    ...(gpt === undefined
      ? (mbr?.partitions.map((partition) => ({ ...partition, table: 'mbr' as const })) ?? [])
      : []),
  ];
  const esp = partitions.find((partition) => partition.esp);
  const efiImage = bootImages.find((boot) => boot.platform === 'uefi' && boot.bootable);
  const found = new Set<string>();
  if (esp !== undefined) for (const name of efiLoaders(image, esp.offset, esp.bytes)) found.add(name);
  if (efiImage !== undefined) {
    for (const name of efiLoaders(image, efiImage.offset, efiImage.loadSectors * 512)) found.add(name);
  }
  const menu = menuOf(image);
  const problems =
    menu === undefined ? ['it has no boot menu at /boot/grub/grub.cfg'] : missingFiles(image, menu);
  if ((esp !== undefined || efiImage !== undefined) && found.size === 0) {
    problems.push('its EFI system partition holds no boot loader');
  }
  return {
    bios: {
      cd: bootImages.some((boot) => boot.platform === 'bios' && boot.bootable),
      stick: mbr?.bootCode === true,
    },
    uefi: { cd: efiImage !== undefined && found.size > 0, stick: esp !== undefined && found.size > 0 },
    efiLoaders: [...found].sort(),
    bootImages,
    partitions,
    menu,
    problems,
  };
}
