import { crc32 } from './crc.ts';

/** The GUID partition table (UEFI 2.10 chapter 5), for builder and PE. No Node types: compiled for QuickJS too. */

/** Types of partitions (UEFI 2.10 table 5.7; GRUB manual, "BIOS installation"; Discoverable Partitions Specification). */
export const partitionTypes = {
  biosBoot: '21686148-6449-6E6F-744E-656564454649',
  efiSystem: 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B',
  linuxData: '0FC63DAF-8483-4772-8E79-3D69D8477DE4',
} as const;

type Bytes = Uint8Array<ArrayBuffer>;

/** One partition of a table; both sectors belong to it. */
export interface PartitionEntry {
  /** A GUID as text. */
  readonly type: string;
  readonly guid: string;
  /** At most 36 characters. */
  readonly name: string;
  readonly first: number;
  readonly last: number;
}

/** A disk as its table sees it. */
export interface Geometry {
  /** Bytes of a logical sector: 512 or 4096. */
  readonly sector: number;
  /** Length of the disk, in sectors. */
  readonly sectors: number;
}

/** What a header says. Places are numbers of sectors. */
export interface GptHeader {
  /** Where it lies itself, and where its copy lies. */
  readonly own: number;
  readonly other: number;
  /** What partitions may use, both ends included. */
  readonly firstUsable: number;
  readonly lastUsable: number;
  /** A GUID as text. */
  readonly disk: string;
  readonly tableAt: number;
  /** CRC-32 of the table. */
  readonly tableSum: number;
}

/** Tables have room for so many partitions, of so many bytes each. */
export const entryCount = 128;
export const entryBytes = 128;
export const tableBytes = entryCount * entryBytes;
const headerBytes = 92;

/** Sectors that a table takes. */
export const tableSectors = (sector: number): number => Math.ceil(tableBytes / sector);

/** Where a table, its header and their copies usually lie, and what is left between them; numbers of sectors. */
export function usualPlaces({ sector, sectors }: Geometry) {
  const table = tableSectors(sector);
  const header = 1;
  const copy = sectors - 1;
  const tableAt = header + 1;
  const copyTableAt = copy - table;
  return { header, tableAt, firstUsable: tableAt + table, lastUsable: copyTableAt - 1, copyTableAt, copy };
}

/** The table of partition 1 and so on. */
export function partitionTable(partitions: readonly PartitionEntry[]): Bytes {
  const bytes = new Uint8Array(tableBytes);
  const view = new DataView(bytes.buffer);
  for (const [n, { type, guid, name, first, last }] of partitions.entries()) {
    const at = n * entryBytes;
    bytes.set(guidBytes(type), at);
    bytes.set(guidBytes(guid), at + 16);
    view.setBigUint64(at + 32, BigInt(first), true);
    view.setBigUint64(at + 40, BigInt(last), true);
    for (let i = 0; i < Math.min(36, name.length); i += 1)
      view.setUint16(at + 56 + 2 * i, name.charCodeAt(i), true);
  }
  return bytes;
}

/** The header and its copy of a disk whose table lies at the usual places. */
export function usualHeaders(
  geometry: Geometry,
  disk: string,
  table: Uint8Array,
): { readonly header: Bytes; readonly copy: Bytes } {
  const places = usualPlaces(geometry);
  const { firstUsable, lastUsable } = places;
  const common = { disk, firstUsable, lastUsable, tableSum: crc32(table) };
  const { sector } = geometry;
  return {
    header: headerSector(
      { ...common, own: places.header, other: places.copy, tableAt: places.tableAt },
      sector,
    ),
    copy: headerSector(
      { ...common, own: places.copy, other: places.header, tableAt: places.copyTableAt },
      sector,
    ),
  };
}

/** A header as its sector. */
export function headerSector(header: GptHeader, sector: number): Bytes {
  const bytes = new Uint8Array(sector);
  const view = new DataView(bytes.buffer);
  bytes.set(signature);
  view.setUint32(8, revision, true);
  view.setUint32(12, headerBytes, true);
  view.setBigUint64(24, BigInt(header.own), true);
  view.setBigUint64(32, BigInt(header.other), true);
  view.setBigUint64(40, BigInt(header.firstUsable), true);
  view.setBigUint64(48, BigInt(header.lastUsable), true);
  bytes.set(guidBytes(header.disk), 56);
  view.setBigUint64(72, BigInt(header.tableAt), true);
  view.setUint32(80, entryCount, true);
  view.setUint32(84, entryBytes, true);
  view.setUint32(88, header.tableSum, true);
  view.setUint32(16, crc32(bytes.subarray(0, headerBytes)), true);
  return bytes;
}

const signature = Array.from('EFI PART', (letter) => letter.charCodeAt(0));
const revision = 0x10000; // 1.0

/** Reads a header. `none`: there is no GPT; `damaged`: its checksum is wrong; `unknown`: one that `headerSector` does not write. */
export function readHeader(bytes: Uint8Array): GptHeader | 'none' | 'damaged' | 'unknown' {
  if (signature.some((byte, at) => bytes[at] !== byte)) return 'none';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = view.getUint32(12, true);
  if (size < headerBytes || size > bytes.length) return 'damaged';
  const summed = Uint8Array.from(bytes.subarray(0, size));
  summed.fill(0, 16, 20);
  if (crc32(summed) !== view.getUint32(16, true)) return 'damaged';
  if (
    size !== headerBytes ||
    view.getUint32(8, true) !== revision ||
    view.getUint32(80, true) !== entryCount ||
    view.getUint32(84, true) !== entryBytes
  )
    return 'unknown';
  const place = (at: number): number => Number(view.getBigUint64(at, true));
  return {
    ...{ own: place(24), other: place(32), firstUsable: place(40), lastUsable: place(48) },
    ...{ disk: guidText(bytes.subarray(56, 72)), tableAt: place(72), tableSum: view.getUint32(88, true) },
  };
}

/** A partition that there is, with its number. */
export type UsedEntry = Omit<PartitionEntry, 'type' | 'guid'> & { readonly number: number };

/** The partitions of a table, in the order of their numbers. */
export function readEntries(table: Uint8Array): UsedEntry[] {
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  const entries: UsedEntry[] = [];
  for (let n = 0; n < entryCount; n += 1) {
    const at = n * entryBytes;
    if (table.subarray(at, at + 16).every((byte) => byte === 0)) continue;
    const units = Array.from({ length: 36 }, (_, i) => view.getUint16(at + 56 + 2 * i, true));
    const end = units.indexOf(0);
    entries.push({
      number: n + 1,
      name: String.fromCharCode(...(end < 0 ? units : units.slice(0, end))),
      first: Number(view.getBigUint64(at + 32, true)),
      last: Number(view.getBigUint64(at + 40, true)),
    });
  }
  return entries;
}

/** A table in which a partition ends elsewhere; all else in it stays. */
export function withLast(table: Uint8Array, number: number, last: number): Bytes {
  const bytes = Uint8Array.from(table);
  new DataView(bytes.buffer).setBigUint64((number - 1) * entryBytes + 40, BigInt(last), true);
  return bytes;
}

/**
 * The MBR that keeps tools away which know no GPT: one partition over the whole disk (UEFI 2.10 section 5.2.3).
 * @param sectors length of the disk
 */
export function protectiveMbr(sectors: number, sector: number): Bytes {
  const bytes = new Uint8Array(sector);
  const view = new DataView(bytes.buffer);
  bytes.set([0, 0, 2, 0, 0xee, 0xff, 0xff, 0xff], 446);
  view.setUint32(454, 1, true);
  view.setUint32(458, protectedSectors(sectors), true);
  view.setUint16(510, 0xaa55, true);
  return bytes;
}

/** An MBR that protects all of the disk; `undefined` where this one does already, or protects nothing. */
export function protectMore(mbr: Uint8Array, { sectors }: Geometry): Bytes | undefined {
  const bytes = Uint8Array.from(mbr);
  const view = new DataView(bytes.buffer);
  const protects = bytes[450] === 0xee && view.getUint32(454, true) === 1;
  const [now, wanted] = [view.getUint32(458, true), protectedSectors(sectors)];
  if (!protects || now === wanted || now === 0xffffffff) return undefined;
  view.setUint32(458, wanted, true);
  return bytes;
}

const protectedSectors = (sectors: number): number => Math.min(sectors - 1, 0xffffffff);

/** A GUID as it lies on a disk: its first three groups are little-endian (UEFI 2.10 appendix A). */
export function guidBytes(text: string): Bytes {
  const hex = text.replaceAll('-', '');
  if (!/^[\da-f]{32}$/i.test(hex)) throw new Error(`${text} is no GUID`);
  return Uint8Array.from(guidOrder, (i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}

/** A GUID's text, in upper case. */
export function guidText(bytes: Uint8Array): string {
  const hex = guidOrder.map((i) => (bytes[i] ?? 0).toString(16).padStart(2, '0')).join('');
  const ends = [0, 8, 12, 16, 20, 32];
  return ends
    .slice(1)
    .map((end, n) => hex.slice(ends[n], end))
    .join('-')
    .toUpperCase();
}

const guidOrder = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
