import { FailedError } from '../base/errors.ts';
import { sectorSize } from './iso9660.ts';
import type { ReadAt } from './read-at.ts';

/** Firmware a boot image is for (El Torito 1.0 section 2.1; 0xEF is UEFI's, UEFI 2.10 section 13.3.2.1). */
export type BootPlatform = 'bios' | 'uefi' | 'other';

/** One boot image that the CD offers to the firmware. */
export interface BootImage {
  readonly platform: BootPlatform;
  readonly bootable: boolean;
  /** Loaded as it is, or shown to the BIOS as a floppy or hard disk. */
  readonly emulation: 'none' | 'floppy' | 'disk';
  /** Where the image starts, in bytes. */
  readonly offset: number;
  /** What the firmware loads at first, in sectors of 512 bytes. */
  readonly loadSectors: number;
}

function platformOf(id: number | undefined): BootPlatform {
  return id === 0 ? 'bios' : id === 0xef ? 'uefi' : 'other';
}

function bootImage(entry: Buffer, platform: BootPlatform): BootImage {
  const media = (entry[1] ?? 0) & 0x0f;
  return {
    platform,
    bootable: entry[0] === 0x88,
    emulation: media === 0 ? 'none' : media === 4 ? 'disk' : 'floppy',
    offset: entry.readUInt32LE(8) * sectorSize,
    loadSectors: entry.readUInt16LE(6),
  };
}

/** Reads the boot catalogue at a sector. Throws `FailedError` where it is damaged. */
export function readBootCatalogue(read: ReadAt, sector: number): BootImage[] {
  const catalogue = read(sector * sectorSize, sectorSize);
  let sum = 0;
  for (let at = 0; at < 32; at += 2) sum += catalogue.readUInt16LE(at);
  if (catalogue[0] !== 1 || catalogue.readUInt16LE(30) !== 0xaa55 || (sum & 0xffff) !== 0) {
    throw new FailedError('bad-boot-catalogue', 'the El Torito boot catalogue of the image is damaged');
  }
  const images = [bootImage(catalogue.subarray(32, 64), platformOf(catalogue[1]))];
  let at = 64;
  while (at + 32 <= catalogue.length) {
    const header = catalogue[at] ?? 0;
    if (header !== 0x90 && header !== 0x91) break;
    const platform = platformOf(catalogue[at + 1]);
    const count = catalogue.readUInt16LE(at + 2);
    at += 32;
    for (let n = 0; n < count && at + 32 <= catalogue.length; n += 1, at += 32) {
      images.push(bootImage(catalogue.subarray(at, at + 32), platform));
    }
    if (header === 0x91) break;
  }
  return images;
}
