import {
  partitionTable,
  partitionTypes,
  protectiveMbr,
  usualHeaders,
  usualPlaces,
} from '../../../base/gpt.ts';

/** A partition table with one partition over the whole disk. */
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

/** Partitions begin and end at whole MiB. */
const align = 1024 * 1024;

const geometry = ({ size, sector }: Pick<DiskLayout, 'size' | 'sector'>) => ({
  sector,
  sectors: Math.floor(size / sector),
});

/** Where the partition lies, in bytes; both ends at whole MiB. */
export function partitionRange(disk: Pick<DiskLayout, 'size' | 'sector'>): {
  readonly from: number;
  readonly to: number;
} {
  const { lastUsable } = usualPlaces(geometry(disk));
  return { from: align, to: Math.floor(((lastUsable + 1) * disk.sector) / align) * align };
}

/** The pieces in the order in which they are to be written: up to the last one the disk has no valid table. */
export function gptPieces(layout: DiskLayout): Piece[] {
  const { sector, diskId, partitionId, name } = layout;
  const disk = geometry(layout);
  const { from, to } = partitionRange(layout);
  const table = partitionTable([
    { type: partitionTypes.linuxData, guid: partitionId, name, first: from / sector, last: to / sector - 1 },
  ]);
  const { header, copy } = usualHeaders(disk, diskId, table);
  const places = usualPlaces(disk);
  return [
    { at: places.copyTableAt * sector, bytes: table },
    { at: places.copy * sector, bytes: copy },
    { at: places.tableAt * sector, bytes: table },
    { at: places.header * sector, bytes: header },
    { at: 0, bytes: protectiveMbr(disk.sectors, sector) },
  ];
}
