import { FailedError } from '../base/errors.ts';
import type { Extent } from './piece.ts';
import type { ReadAt } from './read-at.ts';

/** A file or folder of a FAT file system. */
export interface FatEntry {
  /** Without a leading slash. */
  readonly path: string;
  readonly type: 'file' | 'dir';
  readonly size: number;
  /** Where its contents lie in the file system, the last cluster whole. */
  readonly extents: readonly Extent[];
}

export interface FatVolume {
  readonly bits: 12 | 16 | 32;
  readonly label: string;
  /** 8 hex digits. */
  readonly serial: string;
  /** Everything in it, folders before what they hold. */
  readonly entries: readonly FatEntry[];
  /** What must be there when it is copied: all up to the end of the last cluster in use. */
  readonly used: number;
}

interface Shape {
  readonly bits: FatVolume['bits'];
  readonly clusterBytes: number;
  /** Where cluster 2 starts. */
  readonly dataAt: number;
  readonly clusters: number;
  /** The folder at the top: its first cluster with FAT32, else a fixed place. */
  readonly root: number | Extent;
  readonly table: Buffer;
}

/** Whether a sector starts a FAT file system. */
export function isFat(sector: Buffer): boolean {
  return (
    sector.length >= 512 &&
    sector.readUInt16LE(510) === 0xaa55 &&
    (sector.toString('latin1', 0x36, 0x39) === 'FAT' || sector.toString('latin1', 0x52, 0x55) === 'FAT')
  );
}

/** Reads the whole tree of a FAT file system (Microsoft's FAT specification 1.03). Throws `FailedError` for what is none. */
export function readFat(read: ReadAt): FatVolume {
  const boot = read(0, 512);
  if (!isFat(boot)) throw new FailedError('not-fat', 'there is no FAT file system where one should be');
  const shape = shapeOf(boot, read);
  const tail = shape.bits === 32 ? 0x40 : 0x24;
  const entries: FatEntry[] = [];
  const root = typeof shape.root === 'number' ? chain(shape, shape.root) : [shape.root];
  listFolder(shape, read, root, '', entries);
  return {
    bits: shape.bits,
    label: boot.toString('latin1', tail + 7, tail + 18).trimEnd(),
    serial: boot
      .readUInt32LE(tail + 3)
      .toString(16)
      .padStart(8, '0'),
    entries,
    used: usedBytes(shape),
  };
}

function shapeOf(boot: Buffer, read: ReadAt): Shape {
  const sector = boot.readUInt16LE(11);
  const clusterBytes = sector * (boot[13] ?? 0);
  const reserved = boot.readUInt16LE(14) * sector;
  const rootBytes = boot.readUInt16LE(17) * 32;
  const sectors = boot.readUInt16LE(19) || boot.readUInt32LE(32);
  const tableBytes = (boot.readUInt16LE(22) || boot.readUInt32LE(36)) * sector;
  const rootAt = reserved + (boot[16] ?? 0) * tableBytes;
  const dataAt = rootAt + Math.ceil(rootBytes / sector) * sector;
  if (clusterBytes === 0) throw new FailedError('not-fat', 'the FAT file system has clusters of no bytes');
  const clusters = Math.floor((sectors * sector - dataAt) / clusterBytes);
  const bits = clusters < 4085 ? 12 : clusters < 65525 ? 16 : 32;
  return {
    ...{ bits, clusterBytes, dataAt, clusters },
    root: bits === 32 ? boot.readUInt32LE(44) : { from: rootAt, to: rootAt + rootBytes },
    table: read(reserved, tableBytes),
  };
}

function nextCluster({ bits, table }: Shape, cluster: number): number {
  if (bits === 32) return table.readUInt32LE(cluster * 4) & 0x0fffffff;
  if (bits === 16) return table.readUInt16LE(cluster * 2);
  const pair = table.readUInt16LE(cluster + (cluster >> 1));
  return (cluster & 1) === 0 ? pair & 0xfff : pair >> 4;
}

/** Where the clusters of a file lie, neighbours as one. */
function chain(shape: Shape, first: number): Extent[] {
  const extents: { from: number; to: number }[] = [];
  let cluster = first;
  for (let n = 0; cluster >= 2 && cluster < shape.clusters + 2; n += 1) {
    if (n > shape.clusters) throw new FailedError('bad-fat', 'a file of the FAT file system has no end');
    const from = shape.dataAt + (cluster - 2) * shape.clusterBytes;
    const last = extents.at(-1);
    if (last?.to === from) last.to += shape.clusterBytes;
    else extents.push({ from, to: from + shape.clusterBytes });
    cluster = nextCluster(shape, cluster);
  }
  return extents;
}

function usedBytes(shape: Shape): number {
  for (let cluster = shape.clusters + 1; cluster >= 2; cluster -= 1) {
    if (nextCluster(shape, cluster) !== 0) return shape.dataAt + (cluster - 1) * shape.clusterBytes;
  }
  return shape.dataAt;
}

const volumeLabel = 0x08;
const folder = 0x10;
const longName = 0x0f;

function listFolder(
  shape: Shape,
  read: ReadAt,
  at: readonly Extent[],
  path: string,
  entries: FatEntry[],
): void {
  const bytes = Buffer.concat(at.map(({ from, to }) => read(from, to - from)));
  let long = '';
  for (let offset = 0; offset + 32 <= bytes.length; offset += 32) {
    const record = bytes.subarray(offset, offset + 32);
    if (record[0] === 0) return;
    const attributes = record[11] ?? 0;
    if (record[0] === 0xe5 || (attributes & 0x3f) === longName) {
      long = record[0] === 0xe5 ? '' : longPart(record) + long;
      continue;
    }
    const name = long === '' ? shortName(record) : long;
    long = '';
    if ((attributes & volumeLabel) !== 0 || name === '.' || name === '..') continue;
    const cluster = record.readUInt16LE(26) + (shape.bits === 32 ? record.readUInt16LE(20) * 65536 : 0);
    const entry: FatEntry = {
      path: path + name,
      type: (attributes & folder) === 0 ? 'file' : 'dir',
      size: record.readUInt32LE(28),
      extents: chain(shape, cluster),
    };
    entries.push(entry);
    if (entry.type === 'dir') listFolder(shape, read, entry.extents, `${entry.path}/`, entries);
  }
}

/** The 13 characters of one piece of a long name. */
function longPart(record: Buffer): string {
  const units = Buffer.concat([record.subarray(1, 11), record.subarray(14, 26), record.subarray(28, 32)]);
  return units.toString('utf16le').replace(/[\0\uffff].*$/s, '');
}

/** `GRUB    CFG` → `GRUB.CFG`, or in small letters where it is marked so. */
function shortName(record: Buffer): string {
  const marks = record[12] ?? 0;
  const part = (from: number, to: number, mark: number): string => {
    const text = record.toString('latin1', from, to).trimEnd();
    return (marks & mark) === 0 ? text : text.toLowerCase();
  };
  const [base, extension] = [part(0, 8, 0x08), part(8, 11, 0x10)];
  return extension === '' ? base : `${base}.${extension}`;
}
