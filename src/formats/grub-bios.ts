const sector = 512;

/** GRUB's first sector and its core, made to find each other on a disk. */
export interface GrubBiosBoot {
  /** For the first 440 bytes of the disk. */
  readonly bootCode: Buffer;
  /** For a BIOS boot partition. */
  readonly core: Buffer;
}

/**
 * Does for an image what `grub-bios-setup` does for a disk (its source: util/setup.c; offsets: include/grub/i386/pc/boot.h
 * and grub-core/boot/i386/pc/diskboot.S of GRUB 2.12).
 * @param bootImage `boot.img` of the platform i386-pc
 * @param coreImage what `grub-mkimage --format=i386-pc` made
 * @param firstSector where the core will lie, in one piece
 */
export function grubBiosBoot(bootImage: Buffer, coreImage: Buffer, firstSector: number): GrubBiosBoot {
  if (bootImage.length !== sector) throw new Error(`boot.img has ${bootImage.length} bytes, not ${sector}`);
  const bootCode = Buffer.from(bootImage.subarray(0, 440));
  bootCode.writeBigUInt64LE(BigInt(firstSector), 0x5c);
  // Instead of a jump past it: the check for BIOSes that name a floppy where they started from a disk.
  bootCode.fill(0x90, 0x66, 0x68);

  const sectors = Math.ceil(coreImage.length / sector);
  const core = Buffer.alloc(sectors * sector);
  coreImage.copy(core);
  // The core's first sector loads the others: first sector, count, segment they go to.
  const list = sector - 12;
  const count = core.readUInt16LE(list + 8);
  if (count !== sectors - 1)
    throw new Error(`the core says it has ${count} sectors after the first, not ${sectors - 1}`);
  core.writeBigUInt64LE(BigInt(firstSector + 1), list);
  return { bootCode, core };
}
