import { guidText, partitionTypes } from '../base/gpt.ts';
import type { ReadAt } from './read-at.ts';

/** One partition, whichever table it is in. */
export interface Partition {
  readonly number: number;
  readonly offset: number;
  readonly bytes: number;
  /** MBR: `0xef`; GPT: a GUID in upper case. */
  readonly type: string;
  readonly name: string;
  /** An EFI system partition, where UEFI firmware looks for a boot loader. */
  readonly esp: boolean;
}

export interface PartitionTables {
  readonly mbr:
    | {
        /** There is code that a BIOS would run. */
        readonly bootCode: boolean;
        readonly partitions: readonly Partition[];
      }
    | undefined;
  readonly gpt:
    | {
        readonly guid: string;
        readonly partitions: readonly Partition[];
        /** Where the backup header ends, in bytes: the medium must be at least this long. */
        readonly end: number;
      }
    | undefined;
}

const block = 512;

function readMbr(sector: Buffer): PartitionTables['mbr'] {
  if (sector.readUInt16LE(510) !== 0xaa55) return undefined;
  const partitions: Partition[] = [];
  for (let n = 0; n < 4; n += 1) {
    const entry = sector.subarray(446 + 16 * n, 462 + 16 * n);
    const type = entry[4] ?? 0;
    if (type === 0) continue;
    partitions.push({
      number: n + 1,
      offset: entry.readUInt32LE(8) * block,
      bytes: entry.readUInt32LE(12) * block,
      type: `0x${type.toString(16).padStart(2, '0')}`,
      name: '',
      esp: type === 0xef,
    });
  }
  return { bootCode: sector.subarray(0, 440).some((byte) => byte !== 0), partitions };
}

function readGpt(read: ReadAt, header: Buffer): PartitionTables['gpt'] {
  if (header.toString('latin1', 0, 8) !== 'EFI PART') return undefined;
  const count = Math.min(header.readUInt32LE(80), 1024);
  const size = header.readUInt32LE(84);
  if (size < 128 || size > 4096) return undefined;
  const table = read(Number(header.readBigUInt64LE(72)) * block, count * size);
  const partitions: Partition[] = [];
  for (let n = 0; n < count; n += 1) {
    const entry = table.subarray(n * size, (n + 1) * size);
    const type = guidText(entry.subarray(0, 16));
    if (/^[0-]*$/.test(type)) continue;
    const first = Number(entry.readBigUInt64LE(32));
    partitions.push({
      number: n + 1,
      offset: first * block,
      bytes: (Number(entry.readBigUInt64LE(40)) - first + 1) * block,
      type,
      name: entry.toString('utf16le', 56, 128).replace(/\0.*$/s, ''),
      esp: type === partitionTypes.efiSystem,
    });
  }
  const end = (Number(header.readBigUInt64LE(32)) + 1) * block;
  return { guid: guidText(header.subarray(56, 72)), partitions, end };
}

/** Reads the MBR and the GPT, where a medium has them, in blocks of 512 bytes. */
export function readPartitionTables(read: ReadAt): PartitionTables {
  const start = read(0, 2 * block);
  return { mbr: readMbr(start), gpt: readGpt(read, start.subarray(block)) };
}
