import { FailedError } from '../../base/errors.ts';
import { guidBytes } from '../../base/gpt.ts';
import type { Piece } from '../piece.ts';
import type { ReadAt } from '../read-at.ts';
import { type Block, blockReader, blockWriter, type VirtualDisk } from './blocks.ts';
import type { IdSource } from './ids.ts';

/** Header of VirtualBox's disks, version 1.1 (QEMU, block/vdi.c: `VdiHeader`). */
const signature = { at: 0x40, value: 0xbeda107f };
const uuids = { image: 0x188, lastSnapshot: 0x198 } as const;

const table = { at: 0x154, dataAt: 0x158, bytes: 0x170, block: 0x178, blocks: 0x180 } as const;
/** Entries of the table from here on stand for blocks without data. */
const noBlock = 0xfffffffe;

/** Reads a VDI. */
export function readVdi(file: ReadAt): VirtualDisk {
  const head = file(0, 512);
  const bytes = Number(head.readBigUInt64LE(table.bytes));
  const block = head.readUInt32LE(table.block);
  const blocks = file(head.readUInt32LE(table.at), head.readUInt32LE(table.blocks) * 4);
  const dataAt = head.readUInt32LE(table.dataAt);
  const blockAt = (index: number): Block => {
    const place = blocks.readUInt32LE(index * 4);
    return place >= noBlock ? 'zeros' : { at: dataAt + place * block };
  };
  const read = blockReader(file, { bytes, block }, blockAt);
  return { format: 'vdi', bytes, read, change: blockWriter(block, blockAt) };
}

/** The ids of the image and of its last snapshot. */
export function fixVdi(read: ReadAt, ids: IdSource): Piece[] {
  if (read(signature.at, 4).readUInt32LE() !== signature.value) {
    throw new FailedError('not-vdi', 'qemu-img did not write a VDI');
  }
  return Object.entries(uuids).map(([what, at]) => ({
    at,
    bytes: Buffer.from(guidBytes(ids.uuid(`vdi ${what}`))),
  }));
}
