import { FailedError } from '../../base/errors.ts';
import { guidBytes } from '../../base/gpt.ts';
import { crc32c } from '../crc32c.ts';
import type { Piece } from '../piece.ts';
import type { ReadAt } from '../read-at.ts';
import { type Block, blockReader, blockWriter, type VirtualDisk } from './blocks.ts';
import type { IdSource } from './ids.ts';

/** [MS-VHDX] 2.2.2: the two headers, each a block of 4096 bytes with a checksum. */
const headers = [64 * 1024, 128 * 1024] as const;
const headerSize = 4096;
const header = {
  checksum: 4,
  sequence: 8,
  fileWrite: 16,
  dataWrite: 32,
  logGuid: 48,
  logLength: 68,
  logAt: 72,
} as const;

/** [MS-VHDX] 2.2.3 and 2.6: the table of regions, the region of metadata in it, and the item in that which names the disk. */
const regionTable = 192 * 1024;
const metadataRegion = '8B7CA206-4790-4B9A-B8FE-575F050F886E';
const blockTableRegion = '2DC27766-F623-4200-9D64-115E9BFD4A08';
const virtualDiskId = 'BECA12AB-B2E6-4523-93EF-C309E000C746';
const fileParameters = 'CAA16737-FA36-4D43-B3B6-33F0AA44E76B';
const virtualDiskSize = '2FA54224-CD1B-4876-B211-5DBED83BF4B8';
const logicalSectorSize = '8141BF1D-A96F-4709-BA47-F233A8FAAB5F';

/** [MS-VHDX] 2.5.1: states of a block whose bytes are in the file, and where they are. */
const present = [6n, 7n];
const placeMask = ~0xfffffn;

/** The ids of file, contents and disk. The log, which is empty but keeps what was in it, is cleared. */
export function fixVhdx(read: ReadAt, ids: IdSource): Piece[] {
  const pieces: Piece[] = [];
  const sequences = headers.map((at) => read(at + header.sequence, 8).readBigUInt64LE());
  const [first = 0n, second = 0n] = sequences;
  for (const [n, at] of headers.entries()) {
    const bytes = Buffer.from(read(at, headerSize));
    if (bytes.toString('latin1', 0, 4) !== 'head') {
      throw new FailedError('not-vhdx', 'qemu-img did not write a VHDX');
    }
    if (bytes.subarray(header.logGuid, header.logGuid + 16).some((byte) => byte !== 0)) {
      throw new FailedError('vhdx-log', 'qemu-img left the VHDX with a log to be replayed');
    }
    // It counts from a number made up; the larger one is the header that counts.
    bytes.writeBigUInt64LE(n === (first > second ? 0 : 1) ? 2n : 1n, header.sequence);
    bytes.set(guidBytes(ids.uuid('vhdx file')), header.fileWrite);
    bytes.set(guidBytes(ids.uuid('vhdx contents')), header.dataWrite);
    bytes.writeUInt32LE(0, header.checksum);
    bytes.writeUInt32LE(crc32c(bytes), header.checksum);
    pieces.push({ at, bytes });
    const log = bytes.readUInt32LE(header.logLength);
    pieces.push({ at: Number(bytes.readBigUInt64LE(header.logAt)), bytes: Buffer.alloc(log) });
  }
  return [
    ...pieces,
    { at: metadataItem(read, virtualDiskId), bytes: Buffer.from(guidBytes(ids.uuid('vhdx disk'))) },
  ];
}

/** Reads a VHDX. */
export function readVhdx(file: ReadAt): VirtualDisk {
  const item = (guid: string, length: number): Buffer => file(metadataItem(file, guid), length);
  const bytes = Number(item(virtualDiskSize, 8).readBigUInt64LE());
  const block = item(fileParameters, 4).readUInt32LE();
  const sector = item(logicalSectorSize, 4).readUInt32LE();
  // After so many blocks, the table has an entry for a bitmap.
  const perBitmap = (2 ** 23 * sector) / block;
  const blocks = Math.ceil(bytes / block);
  const entries = blocks + Math.floor((blocks - 1) / perBitmap);
  const table = file(regionAt(file, blockTableRegion), entries * 8);
  const blockAt = (index: number): Block => {
    const entry = table.readBigUInt64LE((index + Math.floor(index / perBitmap)) * 8);
    return present.includes(entry & 7n) ? { at: Number(entry & placeMask) } : 'zeros';
  };
  const read = blockReader(file, { bytes, block }, blockAt);
  return { format: 'vhdx', bytes, read, change: blockWriter(block, blockAt) };
}

function regionAt(read: ReadAt, guid: string): number {
  const regions = read(regionTable, 64 * 1024);
  const region = findEntry(regions, { first: 16, count: regions.readUInt32LE(8), guid });
  return Number(regions.readBigUInt64LE(region + 16));
}

/** Where an item of the metadata lies. */
function metadataItem(read: ReadAt, guid: string): number {
  const at = regionAt(read, metadataRegion);
  const metadata = read(at, 64 * 1024);
  const item = findEntry(metadata, { first: 32, count: metadata.readUInt16LE(10), guid });
  return at + metadata.readUInt32LE(item + 16);
}

/** Where the entry (32 bytes) of a GUID starts in a table. */
function findEntry(
  table: Buffer,
  { first, count, guid }: { readonly first: number; readonly count: number; readonly guid: string },
): number {
  const wanted = guidBytes(guid);
  for (let n = 0; n < count; n += 1) {
    const at = first + n * 32;
    if (table.subarray(at, at + 16).equals(wanted)) return at;
  }
  throw new FailedError('not-vhdx', `the VHDX has no entry ${guid}`);
}
