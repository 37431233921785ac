import { bootPartitions } from '../../../base/boot-disk.ts';
import { crc32 } from '../../../base/crc.ts';
import {
  type Geometry,
  type GptHeader,
  headerSector,
  protectMore,
  readEntries,
  readHeader,
  tableSectors,
  type UsedEntry,
  usualPlaces,
  withLast,
} from '../../../base/gpt.ts';
import type { Piece } from '../systems/gpt.ts';

/** What is to be done with the partition table of a disk that may be larger than its table knows. */
export type Growth =
  /** Nothing: it is as it should be, or it is no boot disk of ours. */
  | { readonly kind: 'none' }
  /** It stays as it is, for a reason; `damaged`: and somebody should look after it. */
  | { readonly kind: 'left'; readonly why: string; readonly damaged: boolean }
  /** These bytes, each on the disk before the next is written. `bytes`: what the data partition has then. */
  | { readonly kind: 'grow'; readonly pieces: readonly Piece[]; readonly bytes: number };

/** Partitions begin and end at whole MiB. */
const align = 1024 ** 2;

/** Bytes from the start of a disk that `planGrowth` needs: MBR, header, the table, and a second place for it. */
export const headBytes = (sector: number): number => (2 + 2 * tableSectors(sector)) * sector;

/**
 * Plans how the last partition, `DISKBIOS-DATA`, grows to the end of the disk and the copy of the table moves there.
 *
 * Whenever the power fails, Linux, GRUB and firmware find a whole table, the old or the new one. The header that is read first, in
 * sector 1, holds the checksum of the table; so a table that is in use is never written over. The new one goes to a second
 * place, between the usual one and the first partition, and counts from the instant at which the header, one sector, leads
 * there. In the same way it moves back to the usual place. Before all that, the copy is written at the new end, where nothing leads
 * yet. The file system grows afterwards, and only as far as the kernel shows the partition.
 *
 * What a run leaves undone is done by the next, which begins with what it finds.
 */
export function planGrowth(head: Uint8Array, disk: Geometry, dataNumber: number): Growth {
  const { sector, sectors } = disk;
  const places = usualPlaces(disk);
  const spareAt = places.tableAt + tableSectors(sector);
  const header = readHeader(head.subarray(sector, 2 * sector));
  if (header === 'none') return { kind: 'none' };
  const damaged = (why: string): Growth => ({ kind: 'left', why, damaged: true });
  const left = (why: string): Growth => ({ kind: 'left', why, damaged: false });
  if (header === 'damaged') return damaged('its partition table is damaged');
  if (header === 'unknown' || (header.tableAt !== places.tableAt && header.tableAt !== spareAt))
    return left('its partition table is of another form than diskbios makes');

  const table = tableAt(head, header.tableAt, sector);
  const entries = readEntries(table);
  const data = entries.find(({ number }) => number === dataNumber);
  if (data?.name !== bootPartitions.data || !isBootDisk(entries)) return { kind: 'none' };
  if (data.last > places.lastUsable)
    return damaged(
      `it has ${sectors * sector} bytes, and its partitions reach to ${(data.last + 1) * sector}`,
    );

  const end = Math.floor(((places.lastUsable + 1) * sector) / align) * (align / sector) - 1;
  const last = Math.max(data.last, end);
  const mbr = protectMore(head.subarray(0, sector), disk);
  const isMoved = header.other === places.copy && header.lastUsable === places.lastUsable;
  if (last === data.last && isMoved && header.tableAt === places.tableAt && mbr === undefined)
    return { kind: 'none' };

  if (crc32(table) !== header.tableSum) return damaged('its partition table is damaged');
  const behind = entries.find(({ first }) => first > data.first);
  if (behind !== undefined) return left(`partition ${nameOf(behind)} lies behind ${bootPartitions.data}`);
  if (entries.some(({ first }) => first < spareAt + tableSectors(sector)))
    return left('there is no room between its partition table and its first partition');

  const grown = withLast(table, data.number, last);
  return {
    kind: 'grow',
    bytes: (last - data.first + 1) * sector,
    pieces: writes({ disk, header, spareAt, table, grown, mbr }),
  };
}

const tableAt = (head: Uint8Array, at: number, sector: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(head.subarray(at * sector, (at + tableSectors(sector)) * sector));

/** The data partition alone may be anybody's. */
function isBootDisk(entries: readonly UsedEntry[]): boolean {
  const has = (name: string): boolean => entries.some((one) => one.name === name);
  return has(bootPartitions.esp) && has(bootPartitions.a) && has(bootPartitions.b);
}

const nameOf = ({ number, name }: UsedEntry): string =>
  name === '' ? String(number) : `${number} (${name})`;

interface Change {
  readonly disk: Geometry;
  readonly header: GptHeader;
  readonly spareAt: number;
  readonly table: Uint8Array<ArrayBuffer>;
  readonly grown: Uint8Array<ArrayBuffer>;
  readonly mbr: Uint8Array<ArrayBuffer> | undefined;
}

function writes({ disk, header, spareAt, table, grown, mbr }: Change): Piece[] {
  const { sector } = disk;
  const places = usualPlaces(disk);
  const pieces: Piece[] = [];
  const put = (at: number, bytes: Uint8Array<ArrayBuffer>): void => {
    pieces.push({ at: at * sector, bytes });
  };
  const fresh: GptHeader = {
    ...header,
    ...{ own: places.header, other: places.copy, lastUsable: places.lastUsable, tableSum: crc32(grown) },
  };
  put(places.copyTableAt, grown);
  put(
    places.copy,
    headerSector({ ...fresh, own: places.copy, other: places.header, tableAt: places.copyTableAt }, sector),
  );
  const leadTo = (tableAt: number): void => {
    put(places.header, headerSector({ ...fresh, tableAt }, sector));
  };
  const sameTable = table.every((byte, at) => byte === grown[at]);
  let inUse = header.tableAt;
  if (!sameTable) {
    inUse = inUse === places.tableAt ? spareAt : places.tableAt;
    put(inUse, grown);
    leadTo(inUse);
  }
  if (inUse !== places.tableAt) put(places.tableAt, grown);
  if (sameTable || inUse !== places.tableAt) leadTo(places.tableAt);
  if (mbr !== undefined) put(0, mbr);
  return pieces;
}
