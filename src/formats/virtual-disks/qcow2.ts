import { inflateRawSync } from 'node:zlib';
import { FailedError } from '../../base/errors.ts';
import type { ReadAt } from '../read-at.ts';
import { type Block, blockReader, blockWriter, type VirtualDisk } from './blocks.ts';

/** Header and tables of QEMU's disks (QEMU, docs/interop/qcow2.txt). */
const header = {
  version: 4,
  backing: 8,
  clusterBits: 20,
  size: 24,
  encrypted: 32,
  l1Size: 36,
  l1At: 40,
} as const;
const incompatible = 72;
/** Dirty and corrupt: the tables can be read all the same. */
const harmless = 3n;

const offsetMask = 0x00fffffffffffe00n;
const compressed = 1n << 62n;
/** The cluster has one user. */
const copied = 1n << 63n;
const zero = 1n;

/** Reads a qcow2. Throws `FailedError` for one that stands on another file, is encrypted or of a newer kind. */
export function readQcow2(file: ReadAt): VirtualDisk {
  const head = file(0, 104);
  const version = head.readUInt32BE(header.version);
  const features = version >= 3 ? head.readBigUInt64BE(incompatible) & ~harmless : 0n;
  if (
    head.readBigUInt64BE(header.backing) !== 0n ||
    head.readUInt32BE(header.encrypted) !== 0 ||
    features !== 0n
  ) {
    throw new FailedError(
      'unknown-disk',
      'it is a qcow2 with a backing file, encrypted, or of an unknown kind',
    );
  }
  const bits = head.readUInt32BE(header.clusterBits);
  const cluster = 2 ** bits;
  const bytes = Number(head.readBigUInt64BE(header.size));
  const l1 = file(Number(head.readBigUInt64BE(header.l1At)), head.readUInt32BE(header.l1Size) * 8);
  const perTable = cluster / 8;
  const tables = new Map<number, Buffer>();
  const entryOf = (index: number): bigint => {
    const table = Math.floor(index / perTable);
    const at = Number(l1.readBigUInt64BE(table * 8) & offsetMask);
    if (at === 0) return 0n;
    const known = tables.get(table) ?? file(at, cluster);
    tables.set(table, known);
    return known.readBigUInt64BE((index % perTable) * 8);
  };
  const blockAt = (index: number): Block => {
    const entry = entryOf(index);
    if ((entry & compressed) !== 0n) return { bytes: inflate(file, entry, bits) };
    const at = Number(entry & offsetMask);
    return at === 0 || (entry & zero) !== 0n ? 'zeros' : { at, shared: (entry & copied) === 0n };
  };
  const read = blockReader(file, { bytes, block: cluster }, blockAt);
  return { format: 'qcow2', bytes, read, change: blockWriter(cluster, blockAt) };
}

/** A compressed cluster starts at any byte; what is given is the number of sectors it reaches into. */
function inflate(file: ReadAt, entry: bigint, bits: number): Buffer {
  const split = BigInt(62 - (bits - 8));
  const at = Number(entry & ((1n << split) - 1n));
  const sectors = Number((entry & (compressed - 1n)) >> split) + 1;
  return inflateRawSync(file(at, sectors * 512 - (at % 512)), { finishFlush: 2 });
}
