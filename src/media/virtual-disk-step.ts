import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fixIds, type IdSource } from '../formats/virtual-disks/ids.ts';
import type { StepKind } from '../plan/types.ts';
import { derivedUuid } from './disk-partitions.ts';
import { diskOutput } from './disk-step.ts';
import { stepInput } from './extras.ts';

/** Formats of virtual disks, by the endings of their files. */
export type VirtualDiskFormat = 'qcow2' | 'vmdk' | 'vdi' | 'vhd' | 'vhdx';

/** Name of the disk in the artifact. */
export function virtualDiskOutput(format: VirtualDiskFormat): string {
  return `disk.${format}`;
}

/** qemu-img's name of each format, and how it is to write it. */
const formats: Readonly<Record<VirtualDiskFormat, { readonly name: string; readonly options: string }>> = {
  qcow2: { name: 'qcow2', options: 'compat=1.1,cluster_size=65536,lazy_refcounts=off' },
  vmdk: { name: 'vmdk', options: 'subformat=streamOptimized,adapter_type=lsilogic' },
  vdi: { name: 'vdi', options: 'static=off' },
  // Sizes that are no whole cylinders stay as they are.
  vhd: { name: 'vpc', options: 'subformat=dynamic,force_size=on' },
  vhdx: { name: 'vhdx', options: 'subformat=dynamic,block_size=1048576,log_size=1048576' },
};

/** Converts the input `disk` with the pinned qemu-img; ids and times that it makes up are replaced by fixed ones. */
export const virtualDiskStep: StepKind = {
  name: 'virtual-disk',
  version: 2,
  async run(context, json) {
    const { format, seed } = json as { format: VirtualDiskFormat; seed: string };
    const { name, options } = formats[format];
    const from = stepInput(context, 'disk').file(diskOutput.image);
    const to = join(context.out, virtualDiskOutput(format));
    // One request at a time, so that what is written follows the same order each time.
    const convert = ['convert', '-q', '-m', '1', '-f', 'raw', '-O', name, '-o', options, from, to];
    await context.run(context.tool('usr/bin/qemu-img', ...convert));
    patch(to, format, { uuid: (what) => derivedUuid(seed, what), epoch: context.epoch });
  },
};

function patch(file: string, format: VirtualDiskFormat, ids: IdSource): void {
  const fd = openSync(file, 'r+');
  try {
    const read = (offset: number, length: number): Buffer => {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, readSync(fd, bytes, 0, length, offset));
    };
    for (const { at, bytes } of fixIds(format, read, ids)) writeSync(fd, bytes, 0, bytes.length, at);
  } finally {
    closeSync(fd);
  }
}
