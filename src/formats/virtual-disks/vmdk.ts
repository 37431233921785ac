import { constants, deflateSync, inflateSync } from 'node:zlib';
import { FailedError } from '../../base/errors.ts';
import { sha256 } from '../../base/json.ts';
import type { Piece } from '../piece.ts';
import type { ReadAt } from '../read-at.ts';
import { type Block, blockReader, blockWriter, type VirtualDisk } from './blocks.ts';
import type { IdSource } from './ids.ts';

/** The header of a sparse extent ("Virtual Disk Format 5.0", VMware 2011): place and length of the descriptor, in sectors. */
const descriptor = { at: 28, sectors: 36 } as const;
const grains = { capacity: 12, sectors: 20, perTable: 44, tablesAt: 56, flags: 8 } as const;
/** Flag of a file whose grains are compressed, each behind a marker: its place, its length. */
const compressed = 1 << 16;
const marker = 12;

/** The descriptor, which is text, with another content id. */
export function fixVmdk(read: ReadAt, ids: IdSource): Piece[] {
  const header = read(0, 512);
  if (header.toString('latin1', 0, 4) !== 'KDMV') {
    throw new FailedError('not-vmdk', 'qemu-img did not write a sparse VMDK');
  }
  const at = Number(header.readBigUInt64LE(descriptor.at)) * 512;
  const room = Number(header.readBigUInt64LE(descriptor.sectors)) * 512;
  const text = read(at, room).toString('latin1').replace(/\0.*$/s, '');
  // All ones and all but the last mean "none" and "unknown". A number with zeros in front is written shorter.
  const fixed = text.replace(/^CID=[0-9a-f]{1,8}$/m, `CID=7${sha256(ids.uuid('vmdk')).slice(0, 7)}`);
  if (fixed === text || fixed.length > room) {
    throw new FailedError('not-vmdk', 'the descriptor of the VMDK has no CID');
  }
  return [{ at, bytes: Buffer.concat([Buffer.from(fixed, 'latin1')], room) }];
}

/**
 * Reads a sparse VMDK of one file, as stream-optimised ones are.
 * @param bytes length of the file: where its tables are may be said at its end
 */
export function readVmdk(file: ReadAt, bytes: number): VirtualDisk {
  const first = file(0, 512);
  const atEnd = first.readBigUInt64LE(grains.tablesAt) === 0xffffffffffffffffn;
  const head = atEnd ? file(bytes - 1024, 512) : first;
  const size = Number(head.readBigUInt64LE(grains.capacity)) * 512;
  const block = Number(head.readBigUInt64LE(grains.sectors)) * 512;
  const perTable = head.readUInt32LE(grains.perTable);
  const tables = Math.ceil(size / block / perTable);
  const directory = file(Number(head.readBigUInt64LE(grains.tablesAt)) * 512, tables * 4);
  const packed = (head.readUInt32LE(grains.flags) & compressed) !== 0;
  const blockAt = (index: number): Block => {
    const table = directory.readUInt32LE(Math.floor(index / perTable) * 4);
    if (table === 0) return 'zeros';
    const at = file(table * 512 + (index % perTable) * 4, 4).readUInt32LE() * 512;
    // 1 is a grain of zeros.
    if (at <= 512) return 'zeros';
    if (!packed) return { at };
    const length = file(at + 8, 4).readUInt32LE();
    const repack = (grain: Buffer): Piece[] | undefined => {
      const fresh = packInto(grain, Math.ceil((marker + length) / 512) * 512 - marker);
      if (fresh === undefined) return undefined;
      const lengthField = Buffer.alloc(4);
      lengthField.writeUInt32LE(fresh.used);
      return [{ at: at + 8, bytes: Buffer.concat([lengthField, fresh.bytes]) }];
    };
    return { bytes: inflateSync(file(at + marker, length)), repack };
  };
  const read = blockReader(file, { bytes: size, block }, blockAt);
  return { format: 'vmdk', bytes: size, read, change: blockWriter(block, blockAt) };
}

/** A deflated block that holds nothing, not the last and the last one (RFC 1951, 3.2.4). */
const nothing = Buffer.from([0, 0, 0, 0xff, 0xff]);
const lastNothing = Buffer.from([1, 0, 0, 0xff, 0xff]);

/**
 * Packs a grain so that it ends in the last sector of its room: whoever reads the file as a stream takes an empty sector for
 * the end. `undefined`: it does not fit.
 */
function packInto(
  grain: Buffer,
  room: number,
): { readonly bytes: Buffer; readonly used: number } | undefined {
  const checksum = deflateSync(grain).subarray(-4);
  const blocks = deflateSync(grain, { level: 9, finishFlush: constants.Z_SYNC_FLUSH });
  const least = blocks.length + lastNothing.length + checksum.length;
  if (least > room) return undefined;
  const fill = Math.ceil(Math.max(0, room - 511 - least) / nothing.length);
  const parts = [blocks, ...Array.from({ length: fill }, () => nothing), lastNothing, checksum];
  const used = least + fill * nothing.length;
  return { bytes: Buffer.concat(parts, room), used };
}
