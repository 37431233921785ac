import { FailedError } from '../base/errors.ts';
import type { Extent } from './piece.ts';
import type { ReadAt } from './read-at.ts';

interface Superblock {
  readonly blockSize: number;
  readonly blocks: number;
  readonly blocksPerGroup: number;
  readonly inodesPerGroup: number;
  readonly inodeSize: number;
  readonly descriptorSize: number;
  readonly reservedDescriptorBlocks: number;
}

/** Flags of a group (Linux, Documentation/filesystems/ext4/group_descr.rst). */
const bitmapUnused = 2;
const inodesZeroed = 4;

function readSuperblock(read: ReadAt): Superblock {
  const bytes = read(1024, 1024);
  if (bytes.readUInt16LE(0x38) !== 0xef53) {
    throw new FailedError('not-ext4', 'there is no ext4 file system where one should be');
  }
  const wide = (bytes.readUInt32LE(0x60) & 0x80) !== 0;
  return {
    blockSize: 1024 << bytes.readUInt32LE(0x18),
    blocks: bytes.readUInt32LE(0x04) + (wide ? bytes.readUInt32LE(0x150) * 2 ** 32 : 0),
    blocksPerGroup: bytes.readUInt32LE(0x20),
    inodesPerGroup: bytes.readUInt32LE(0x28),
    inodeSize: bytes.readUInt16LE(0x58),
    descriptorSize: wide ? bytes.readUInt16LE(0xfe) : 32,
    reservedDescriptorBlocks: bytes.readUInt16LE(0xce),
  };
}

/** Whether a group keeps a copy of the superblock, with `sparse_super`: 0, 1, and the powers of 3, 5 and 7. */
function hasCopy(group: number): boolean {
  const isPower = (base: number): boolean => {
    let power = 1;
    while (power < group) power *= base;
    return power === group;
  };
  return group === 0 || [3, 5, 7].some(isPower);
}

/**
 * The parts of a new ext4 file system (block size 4096, `sparse_super`) that mean anything: its metadata, its journal and
 * its files. What else lies there is overwritten before it is read, so that it may be anything.
 */
export function ext4Used(read: ReadAt): Extent[] {
  const superblock = readSuperblock(read);
  const { blockSize, blocks, blocksPerGroup, descriptorSize } = superblock;
  const groups = Math.ceil(blocks / blocksPerGroup);
  const descriptorBlocks = Math.ceil((groups * descriptorSize) / blockSize);
  const copyBlocks = 1 + descriptorBlocks + superblock.reservedDescriptorBlocks;
  const descriptors = read(blockSize, groups * descriptorSize);
  const used = new Uint8Array(blocks);
  const spare: Extent[] = [];
  for (let group = 0; group < groups; group += 1) {
    const descriptor = descriptors.subarray(group * descriptorSize, (group + 1) * descriptorSize);
    const first = group * blocksPerGroup;
    const count = Math.min(blocksPerGroup, blocks - first);
    if ((descriptor.readUInt16LE(0x12) & bitmapUnused) !== 0) {
      if (hasCopy(group)) used.fill(1, first, first + copyBlocks);
    } else {
      const bitmap = read(place(descriptor, 0x00, 0x20) * blockSize, blockSize);
      for (let n = 0; n < count; n += 1) {
        if (((bitmap[n >> 3] ?? 0) & (1 << (n & 7))) !== 0) used[first + n] = 1;
      }
    }
    spare.push(unusedInodes(superblock, descriptor));
  }
  for (const { from, to } of spare) used.fill(0, from, to);
  return extentsOf(used, blockSize);
}

function place(descriptor: Buffer, low: number, high: number): number {
  return (
    descriptor.readUInt32LE(low) + (descriptor.length >= 64 ? descriptor.readUInt32LE(high) * 2 ** 32 : 0)
  );
}

/** Blocks of a group's inodes that the kernel will clear itself, as extents of blocks. */
function unusedInodes({ blockSize, inodesPerGroup, inodeSize }: Superblock, descriptor: Buffer): Extent {
  const table = place(descriptor, 0x08, 0x28);
  if ((descriptor.readUInt16LE(0x12) & inodesZeroed) !== 0) return { from: table, to: table };
  const unused = descriptor.readUInt16LE(0x1c);
  const blocksFor = (inodes: number): number => Math.ceil((inodes * inodeSize) / blockSize);
  return { from: table + blocksFor(inodesPerGroup - unused), to: table + blocksFor(inodesPerGroup) };
}

function extentsOf(used: Uint8Array, blockSize: number): Extent[] {
  const extents: Extent[] = [];
  for (let n = 0; n < used.length; n += 1) {
    if (used[n] === 0) continue;
    const end = used.indexOf(0, n);
    const to = end < 0 ? used.length : end;
    extents.push({ from: n * blockSize, to: to * blockSize });
    n = to;
  }
  return extents;
}
