import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { MemoryFacts } from '../base/memory-need.ts';
import { kernelSpace, kernelSpaceHead } from '../formats/kernel-space.ts';
import type { Entry } from '../formats/tree.ts';
import type { Artifact } from '../plan/types.ts';
import type { LivefsFormat } from '../recipe/types.ts';
import { layerImage } from './livefs.ts';
import { microcodeArchive } from './microcode.ts';
import { loadEntries } from './tree-file.ts';

const page = 4096;
/** What the kernel keeps of a file beside its bytes: inode and name (struct shmem_inode_info and dentry of Linux 6.12). */
const perFile = 1024;
/** What the kernel holds for each mounted image, for unpacking: see docs/performance.md, "Memory". */
const perImage: Readonly<Record<LivefsFormat, number>> = {
  squashfs: 2.2 * 1024 ** 2,
  erofs: 1.2 * 1024 ** 2,
  cpio: 0,
};
/** Of a kernel that does not say: Debian's ask for five times their size. */
const usualSpace = 5;

/** What an image's start needs memory for, as steps have made it. */
export interface MemorySources {
  readonly format: LivefsFormat;
  readonly kernel: Artifact;
  /** Lowest first; one of them is `modules`. */
  readonly layers: readonly { readonly name: string; readonly artifact: Artifact }[];
  /** Media are signed for Secure Boot. */
  readonly signed: boolean;
  /** Bytes of early init. */
  readonly init: number;
  /** The archive of microcode that comes before all else. */
  readonly microcode: Artifact | undefined;
}

/** Something that takes much of an image, and what it takes unpacked. */
export interface LargePart {
  readonly name: string;
  readonly bytes: number;
}

const pages = (bytes: number): number => Math.ceil(bytes / page) * page;
const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
const sizeOf = (file: string): number => statSync(file).size;

function entriesOf({ artifact }: MemorySources['layers'][number]): Entry[] {
  return loadEntries(artifact.file('tree.json'));
}

/** The sizes that a prediction is made from. */
export function memoryFacts(sources: MemorySources): MemoryFacts {
  const { format, kernel, layers, init, microcode, signed } = sources;
  const images = layers.map(({ artifact }) => sizeOf(artifact.file(layerImage(format))));
  const modules = layers.find(({ name }) => name === 'modules')?.artifact.file('early');
  const early = modules === undefined ? [] : readdirSync(modules).map((name) => sizeOf(join(modules, name)));
  const before = [...early, init];
  const file = kernel.file('vmlinuz');
  const size = sizeOf(file);
  const inMemory = (sizes: readonly number[]): number => sum(sizes.map((bytes) => pages(bytes) + perFile));
  const started = { file: size, space: kernelSpace(headOf(file)) ?? size * usualSpace, signed };
  const passing = microcode === undefined ? 0 : sizeOf(microcode.file(microcodeArchive));
  const mounted = Math.round(perImage[format] * images.length);
  if (format !== 'cpio') {
    const parts = [...images, ...before, busyboxSize(layers)];
    return { kernel: started, initrd: passing + sum(parts), unpacked: inMemory(parts), passing, mounted };
  }
  // Of files of the same path the last one stays.
  const files = new Map<string, number>();
  for (const entry of layers.flatMap(entriesOf))
    files.set(entry.path, entry.type === 'file' ? entry.size : 0);
  return {
    kernel: started,
    initrd: sum([passing, ...images, ...before]),
    unpacked: inMemory([...files.values(), ...before]),
    ...{ passing, mounted },
  };
}

function busyboxSize(layers: MemorySources['layers']): number {
  const entry = layers.flatMap(entriesOf).find(({ path }) => path === 'usr/bin/busybox');
  return entry?.type === 'file' ? entry.size : 0;
}

function headOf(file: string): Buffer {
  const head = Buffer.alloc(kernelSpaceHead);
  const fd = openSync(file, 'r');
  try {
    readSync(fd, head, 0, head.length, 0);
  } finally {
    closeSync(fd);
  }
  return head;
}

/** What takes the most in the livefs, largest first: packages and modules. */
export function largestParts({ layers }: Pick<MemorySources, 'layers'>, count: number): LargePart[] {
  const bytes = new Map<string, number>();
  for (const entry of layers.flatMap(entriesOf)) {
    if (entry.type === 'file') bytes.set(entry.origin, (bytes.get(entry.origin) ?? 0) + entry.size);
  }
  return [...bytes]
    .map(([origin, taken]) => ({ name: origin.replace(/^package /, ''), bytes: taken }))
    .sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1))
    .slice(0, count);
}
