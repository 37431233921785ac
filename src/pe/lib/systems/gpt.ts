import { crc32 } from '../crc32.ts';

/** A partition table with one partition over the whole disk (UEFI specification, chapter 5). */
export interface DiskLayout {
  /** Bytes. */
  readonly size: number;
  /** Bytes of a logical sector: 512 or 4096. */
  readonly sector: number;
  /** As `/proc/sys/kernel/random/uuid` gives them. */
  readonly diskId: string;
  readonly partitionId: string;
  /** At most 36 characters. */
  readonly name: string;
}

/** Bytes to be written at an offset of the disk. */
export interface Piece {
  readonly at: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const linuxData = '0fc63daf-8483-4772-8e79-3d69d8477de4';
const align = 1024 * 1024;
const entries = 128;
const entrySize = 128;
const tableBytes = entries * entrySize;

/** Where the partition lies, in bytes; both ends at whole MiB. */
export function partitionRange({ size, sector }: Pick<DiskLayout, 'size' | 'sector'>): {
  readonly from: number;
  readonly to: number;
} {
  const lastUsable = size - sector - Math.ceil(tableBytes / sector) * sector;
  return { from: align, to: Math.floor(lastUsable / align) * align };
}

/** The pieces in the order in which they are to be written: up to the last one the disk has no valid table. */
export function gptPieces(layout: DiskLayout): Piece[] {
  const { size, sector } = layout;
  const sectors = Math.floor(size / sector);
  const tableSectors = Math.ceil(tableBytes / sector);
  const table = partitionTable(layout);
  const backupAt = sectors - 1 - tableSectors;
  const header = (own: number, other: number, tableAt: number): Uint8Array<ArrayBuffer> =>
    gptHeader(layout, {
      own,
      other,
      tableAt,
      first: 2 + tableSectors,
      last: backupAt - 1,
      crc: crc32(table),
    });
  return [
    { at: backupAt * sector, bytes: table },
    { at: (sectors - 1) * sector, bytes: header(sectors - 1, 1, backupAt) },
    { at: 2 * sector, bytes: table },
    { at: sector, bytes: header(1, sectors - 1, 2) },
    { at: 0, bytes: protectiveMbr(sectors, sector) },
  ];
}

function partitionTable(layout: DiskLayout): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(tableBytes);
  const view = new DataView(bytes.buffer);
  const { from, to } = partitionRange(layout);
  bytes.set(guid(linuxData), 0);
  bytes.set(guid(layout.partitionId), 16);
  view.setBigUint64(32, BigInt(from / layout.sector), true);
  view.setBigUint64(40, BigInt(to / layout.sector - 1), true);
  for (let i = 0; i < Math.min(36, layout.name.length); i += 1)
    view.setUint16(56 + 2 * i, layout.name.charCodeAt(i), true);
  return bytes;
}

function gptHeader(
  { sector, diskId }: DiskLayout,
  places: { own: number; other: number; tableAt: number; first: number; last: number; crc: number },
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(sector);
  const view = new DataView(bytes.buffer);
  bytes.set(Array.from('EFI PART', (letter) => letter.charCodeAt(0)));
  view.setUint32(8, 0x10000, true); // revision 1.0
  view.setUint32(12, 92, true);
  view.setBigUint64(24, BigInt(places.own), true);
  view.setBigUint64(32, BigInt(places.other), true);
  view.setBigUint64(40, BigInt(places.first), true);
  view.setBigUint64(48, BigInt(places.last), true);
  bytes.set(guid(diskId), 56);
  view.setBigUint64(72, BigInt(places.tableAt), true);
  view.setUint32(80, entries, true);
  view.setUint32(84, entrySize, true);
  view.setUint32(88, places.crc, true);
  view.setUint32(16, crc32(bytes.subarray(0, 92)), true);
  return bytes;
}

/** Keeps tools that know no GPT away. */
function protectiveMbr(sectors: number, sector: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(sector);
  const view = new DataView(bytes.buffer);
  bytes.set([0, 0, 2, 0, 0xee, 0xff, 0xff, 0xff], 446);
  view.setUint32(454, 1, true);
  view.setUint32(458, Math.min(sectors - 1, 0xffffffff), true);
  view.setUint16(510, 0xaa55, true);
  return bytes;
}

/** A GUID as it lies on the disk: its first three groups in reverse. */
function guid(text: string): number[] {
  const hex = text.replaceAll('-', '');
  const bytes = Array.from({ length: 16 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
  return [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15].map((i) => bytes[i] ?? 0);
}
