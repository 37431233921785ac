import { crc32 } from 'node:zlib';
import type { Piece } from './piece.ts';

/** GPT's types of partitions (UEFI 2.10 table 5.7; GRUB manual, "BIOS installation"; Discoverable Partitions Specification). */
export const partitionTypes = {
  biosBoot: '21686148-6449-6E6F-744E-656564454649',
  efiSystem: 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B',
  linuxData: '0FC63DAF-8483-4772-8E79-3D69D8477DE4',
} as const;

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
const entries = 128;
const entrySize = 128;
/** Sectors of the table of partitions. */
const tableSectors = (entries * entrySize) / sector;

/** Sectors before the first and after the last that partitions may use. */
export const gptReserved = { head: 2 + tableSectors, tail: 1 + tableSectors } as const;

/** The MBR, the GPT, and at the end of the disk the GPT's copy (UEFI 2.10 chapter 5). */
export function gptPieces(disk: GptDisk): Piece[] {
  const table = partitionTable(disk.partitions);
  const last = disk.sectors - 1;
  const copyAt = last - tableSectors;
  return [
    { at: 0, bytes: Buffer.concat([protectiveMbr(disk), gptHeader(disk, table, 1, last, 2), table]) },
    { at: copyAt * sector, bytes: Buffer.concat([table, gptHeader(disk, table, last, 1, copyAt)]) },
  ];
}

function partitionTable(partitions: readonly GptPartition[]): Buffer {
  const table = Buffer.alloc(entries * entrySize);
  for (const [n, { type, guid, name, firstSector, sectors }] of partitions.entries()) {
    const entry = table.subarray(n * entrySize, (n + 1) * entrySize);
    parseGuid(type).copy(entry, 0);
    parseGuid(guid).copy(entry, 16);
    entry.writeBigUInt64LE(BigInt(firstSector), 32);
    entry.writeBigUInt64LE(BigInt(firstSector + sectors - 1), 40);
    entry.write(name, 56, 72, 'utf16le');
  }
  return table;
}

function gptHeader(disk: GptDisk, table: Buffer, own: number, other: number, tableAt: number): Buffer {
  const header = Buffer.alloc(sector);
  const size = 92;
  header.write('EFI PART', 'latin1');
  header.writeUInt32LE(0x10000, 8); // revision 1.0
  header.writeUInt32LE(size, 12);
  header.writeBigUInt64LE(BigInt(own), 24);
  header.writeBigUInt64LE(BigInt(other), 32);
  header.writeBigUInt64LE(BigInt(gptReserved.head), 40);
  header.writeBigUInt64LE(BigInt(disk.sectors - gptReserved.tail - 1), 48);
  parseGuid(disk.guid).copy(header, 56);
  header.writeBigUInt64LE(BigInt(tableAt), 72);
  header.writeUInt32LE(entries, 80);
  header.writeUInt32LE(entrySize, 84);
  header.writeUInt32LE(crc32(table), 88);
  header.writeUInt32LE(crc32(header.subarray(0, size)), 16);
  return header;
}

/**
 * Keeps tools that know no GPT away. Some BIOSes pass over a disk on which nothing is marked active, and some UEFI firmware
 * over a GPT whose protecting entry is; so the mark is on an empty entry.
 */
function protectiveMbr({ sectors, bootCode }: GptDisk): Buffer {
  const mbr = Buffer.alloc(sector);
  bootCode.copy(mbr, 0, 0, 440);
  mbr.set([0, 0, 2, 0, 0xee, 0xff, 0xff, 0xff], 446);
  mbr.writeUInt32LE(1, 454);
  mbr.writeUInt32LE(Math.min(sectors - 1, 0xffffffff), 458);
  mbr.writeUInt8(0x80, 462);
  mbr.writeUInt16LE(0xaa55, 510);
  return mbr;
}

/** A GUID as it lies on the disk: its first three groups are little-endian (UEFI 2.10 appendix A). */
export function parseGuid(text: string): Buffer {
  const bytes = Buffer.from(text.replaceAll('-', ''), 'hex');
  if (bytes.length !== 16) throw new Error(`${text} is no GUID`);
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}
