import { bootPartitions } from '../../base/boot-disk.ts';
import { realPath } from '../host/files.ts';
import { list, readText } from '../host.ts';

/** Partitions and their disks, as the kernel shows them. */

const blocks = '/sys/class/block';
const read = (path: string): string => (readText(path) ?? '').trim();

export interface PartitionPlace {
  readonly number: number;
  /** `/dev/sda`. */
  readonly disk: string;
  /** Bytes of a logical sector. */
  readonly sector: number;
  /** Length of the disk, in such sectors. */
  readonly sectors: number;
}

/** Bytes of a disk or partition now. */
export const sizeOf = (device: string): number => Number(read(`${blocks}/${nameOf(device)}/size`)) * 512;

const nameOf = (device: string): string => device.replace(/^\/dev\//, '');

/** Where a partition such as `/dev/sda5` lies; `undefined` where it is none. */
export function placeOf(device: string): PartitionPlace | undefined {
  const folder = realPath(`${blocks}/${nameOf(device)}`);
  const number = Number(read(`${folder ?? ''}/partition`));
  const disk = folder?.split('/').at(-2);
  if (disk === undefined || !(number > 0)) return undefined;
  const sector = Number(read(`${blocks}/${disk}/queue/logical_block_size`)) || 512;
  return {
    ...{ number, disk: `/dev/${disk}`, sector },
    sectors: Math.floor(sizeOf(disk) / sector),
  };
}

/** What a device that is put together lies on: `/dev/dm-0` on `/dev/sda5`. */
export const liesOn = (device: string): string[] =>
  list(`${blocks}/${nameOf(device)}/slaves`).map((name) => `/dev/${name}`);

/** The EFI system partitions of boot disks: those of `disk` where it has any, else of all. */
export function bootLoaderPartitions(disk: string | undefined): string[] {
  const all = list(blocks)
    .filter((name) => read(`${blocks}/${name}/uevent`).split('\n').includes(`PARTNAME=${bootPartitions.esp}`))
    .map((name) => `/dev/${name}`);
  const there = all.filter((device) => placeOf(device)?.disk === disk);
  return there.length > 0 ? there : all;
}

/** Whether a disk has the boot loader of one. */
export const isBootDisk = (disk: string): boolean =>
  bootLoaderPartitions(disk).some((device) => placeOf(device)?.disk === disk);
