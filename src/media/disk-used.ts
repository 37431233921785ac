import { bmapBlock } from '../formats/bmap.ts';
import { ext4Used } from '../formats/ext4-used.ts';
import { readFat } from '../formats/fat.ts';
import { gptReserved } from '../formats/gpt.ts';
import { type Extent, wholeBlocks } from '../formats/piece.ts';
import type { ReadAt } from '../formats/read-at.ts';
import type { DiskLayout } from './disk-layout.ts';

/** What of an empty slot is cleared on a stick: what was there before must not be taken for a file system. */
const cleared = 128 * 1024;

/**
 * The parts of a disk that must be written to a stick, zeros among them; whole blocks.
 * @param core bytes of GRUB for BIOS
 */
export function usedExtents(read: ReadAt, layout: DiskLayout, core: number): Extent[] {
  const { bytes, bios, esp, slotA, slotB, data } = layout;
  const below =
    (base: number): ReadAt =>
    (offset, length) =>
      read(base + offset, length);
  const fat = ({ from }: Extent): Extent => ({ from, to: from + readFat(below(from)).used });
  return wholeBlocks(
    [
      { from: 0, to: gptReserved.head * 512 },
      { from: bios.from, to: bios.from + core },
      fat(esp),
      fat(slotA),
      { from: slotB.from, to: slotB.from + cleared },
      ...ext4Used(below(data.from)).map(({ from, to }) => ({ from: data.from + from, to: data.from + to })),
      { from: bytes - gptReserved.tail * 512, to: bytes },
    ],
    bmapBlock,
  );
}
