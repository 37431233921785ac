import { partitionTable, protectiveMbr, tableSectors, usualHeaders, usualPlaces } from '../base/gpt.ts';
import type { Piece } from './piece.ts';

/** One partition; sectors are of 512 bytes. */
export interface GptPartition {
  /** A GUID as text. */
  readonly type: string;
  readonly guid: string;
  /** At most 36 characters. */
  readonly name: string;
  readonly firstSector: number;
  readonly sectors: number;
}

export interface GptDisk {
  /** Length of the disk, in sectors of 512 bytes. */
  readonly sectors: number;
  readonly guid: string;
  /** Partition 1 and so on. */
  readonly partitions: readonly GptPartition[];
  /** Boot code for the first 440 bytes of the disk. */
  readonly bootCode: Buffer;
}

const sector = 512;

/** Sectors before the first and after the last that partitions may use. */
export const gptReserved = { head: 2 + tableSectors(sector), tail: 1 + tableSectors(sector) } as const;

/** The MBR, the GPT, and at the end of the disk the GPT's copy. */
export function gptPieces({ sectors, guid, partitions, bootCode }: GptDisk): Piece[] {
  const table = partitionTable(
    partitions.map(({ firstSector, sectors: length, ...one }) => ({
      ...one,
      first: firstSector,
      last: firstSector + length - 1,
    })),
  );
  const geometry = { sector, sectors };
  const { header, copy } = usualHeaders(geometry, guid, table);
  return [
    { at: 0, bytes: Buffer.concat([bootSector(sectors, bootCode), header, table]) },
    { at: usualPlaces(geometry).copyTableAt * sector, bytes: Buffer.concat([table, copy]) },
  ];
}

/**
 * Some BIOSes pass over a disk on which nothing is marked active, and some UEFI firmware over a GPT whose protecting entry is;
 * so the mark is on an empty entry.
 */
function bootSector(sectors: number, bootCode: Buffer): Uint8Array {
  const mbr = protectiveMbr(sectors, sector);
  mbr.set(bootCode.subarray(0, 440));
  mbr[462] = 0x80;
  return mbr;
}
