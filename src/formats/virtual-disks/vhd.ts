import { FailedError } from '../../base/errors.ts';
import type { Piece } from '../piece.ts';
import type { ReadAt } from '../read-at.ts';
import { type Block, blockReader, blockWriter, type VirtualDisk } from './blocks.ts';
import type { IdSource } from './ids.ts';

/** Bytes of the footer; a dynamic disk starts with a copy of it ("Virtual Hard Disk Image Format Specification", Microsoft 2006). */
const footerSize = 512;
const footer = { dataAt: 16, time: 24, size: 48, checksum: 64, uuid: 68 } as const;

/** The header of a dynamic disk: where its table of blocks is, how many entries that has, and bytes in a block. */
const header = { tableAt: 16, entries: 28, blockSize: 32 } as const;

/** Times count from 2000-01-01. */
const year2000 = Date.UTC(2000, 0, 1) / 1000;

/** Time and id of a dynamic disk, in the footer and its copy. */
export function fixVhd(read: ReadAt, ids: IdSource): Piece[] {
  const bytes = Buffer.from(read(0, footerSize));
  if (bytes.toString('latin1', 0, 8) !== 'conectix') {
    throw new FailedError('not-vhd', 'qemu-img did not write a dynamic VHD');
  }
  bytes.writeUInt32BE(Math.max(0, ids.epoch - year2000), footer.time);
  Buffer.from(ids.uuid('vhd').replaceAll('-', ''), 'hex').copy(bytes, footer.uuid);
  bytes.writeUInt32BE(0, footer.checksum);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.writeUInt32BE(~sum >>> 0, footer.checksum);
  return [
    { at: 0, bytes },
    { at: endOfBlocks(read, Number(bytes.readBigUInt64BE(footer.dataAt))), bytes },
  ];
}

interface BlockTable {
  /** Where the table ends. */
  readonly end: number;
  /** Bytes of a block, and of the bitmap before each. */
  readonly block: number;
  readonly bitmap: number;
  /** The sector of each block's bitmap; `undefined`: there is none. */
  readonly sectors: readonly (number | undefined)[];
}

function blockTable(read: ReadAt, headerAt: number): BlockTable {
  const dynamic = read(headerAt, 1024);
  const tableAt = Number(dynamic.readBigUInt64BE(header.tableAt));
  const count = dynamic.readUInt32BE(header.entries);
  const block = dynamic.readUInt32BE(header.blockSize);
  const table = read(tableAt, count * 4);
  const sectors = Array.from({ length: count }, (_, n) => {
    const sector = table.readUInt32BE(n * 4);
    return sector === 0xffffffff ? undefined : sector;
  });
  const bitmap = Math.ceil(block / 512 / 8 / 512) * 512;
  return { end: tableAt + Math.ceil((count * 4) / 512) * 512, block, bitmap, sectors };
}

/** Where the last block ends: the footer is there. */
function endOfBlocks(read: ReadAt, headerAt: number): number {
  const { end, block, bitmap, sectors } = blockTable(read, headerAt);
  return Math.max(
    end,
    ...sectors.map((sector) => (sector === undefined ? 0 : sector * 512 + bitmap + block)),
  );
}

/** Reads a dynamic VHD. */
export function readVhd(file: ReadAt): VirtualDisk {
  const head = file(0, footerSize);
  const bytes = Number(head.readBigUInt64BE(footer.size));
  const { block, bitmap, sectors } = blockTable(file, Number(head.readBigUInt64BE(footer.dataAt)));
  const blockAt = (index: number): Block => {
    const sector = sectors[index];
    return sector === undefined ? 'zeros' : { at: sector * 512 + bitmap };
  };
  const read = blockReader(file, { bytes, block }, blockAt);
  return { format: 'vpc', bytes, read, change: blockWriter(block, blockAt) };
}
