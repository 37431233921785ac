import { extname, join } from 'node:path';
import { FailedError, UserError } from '../base/errors.ts';
import type { DiskFilesystem, MachineDisk } from '../base/machine.ts';
import { shellLine } from '../sys/run.ts';
import { makeFilesystem } from './filesystems.ts';
import type { Drive, ImageFormat } from './spec.ts';
import type { QemuTools } from './tools.ts';

/** Runs a command that helps to make a machine and gives its output; whoever gives it may write the command down. */
export type Maker = (argv: readonly string[], how?: MakerOptions) => Promise<string>;

export interface MakerOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** It changes nothing. */
  readonly asks?: boolean;
}

export interface DiskFolder {
  /** Folder that the disks' files go to. */
  readonly dir: string;
  readonly tools: QemuTools;
  readonly make: Maker;
}

const formatByEnding: Readonly<Record<string, ImageFormat>> = {
  '.qcow2': 'qcow2',
  '.vmdk': 'vmdk',
  '.vdi': 'vdi',
  '.vhd': 'vpc',
  '.vhdx': 'vhdx',
};

/** Endings of files that hold an image but are none, and how it is taken out. */
const packed: Readonly<Record<string, string>> = {
  '.ova': 'tar xf',
  '.zst': 'zstd -d',
  '.gz': 'gunzip -k',
  '.xz': 'unxz -k',
};

/** The format of an image, told by its name. Throws `UserError` where no machine can start from such a file. */
export function imageFormat(file: string): ImageFormat {
  const unpack = packed[extname(file)];
  if (unpack !== undefined) {
    throw new UserError({
      code: 'packed-image',
      message: `no machine starts from ${file} as it is`,
      hint: `take the disk out of it: ${unpack} ${shellLine([file])}`,
    });
  }
  return formatByEnding[extname(file)] ?? 'raw';
}

/**
 * Makes a disk and gives it as a drive: an empty one takes no space until it is written to, one that starts as a copy is
 * an overlay, so that the original is never written to. Throws `FailedError` where a disk of such a kind cannot be.
 */
export async function makeDisk(name: string, disk: MachineDisk, folder: DiskFolder): Promise<Drive> {
  const { bus, from, size, filesystem, fault } = disk;
  const readOnly = disk.readOnly || bus === 'cd';
  if (readOnly && bus === 'ahci') {
    throw new FailedError('no-such-disk', `${name}: AHCI disks cannot be read-only`, {
      hint: 'usb, virtio and nvme disks can',
    });
  }
  // Where flushes are not carried out, they cannot fail.
  const writes = readOnly ? 'refuse' : fault?.on === 'flush' ? 'keep' : 'keep-in-memory';
  const path = join(folder.dir, name.replace(/[^\w.-]+/g, '_'));
  if (from !== undefined) {
    if (readOnly && size === undefined)
      return { file: from, as: bus, format: imageFormat(from), writes, fault };
    return {
      file: await overlay(from, `${path}.qcow2`, folder, size),
      as: bus,
      format: 'qcow2',
      writes,
      fault,
    };
  }
  if (size === undefined) throw new Error(`disk ${name} has neither a size nor an image to start from`);
  const file = `${path}.img`;
  await emptyDisk(file, size, filesystem, folder);
  return { file, as: bus, format: 'raw', writes, fault };
}

/**
 * Makes a file that reads as another image and keeps what is written.
 * @param size bytes; default: as large as the original
 */
export async function overlay(
  from: string,
  file: string,
  { tools, make }: DiskFolder,
  size?: number,
): Promise<string> {
  const backing = ['-b', from, '-F', imageFormat(from)];
  await make(
    tools.img(
      ...['create', '-q', '-f', 'qcow2', ...backing, file],
      ...(size === undefined ? [] : [String(size)]),
    ),
    { env: tools.env },
  );
  return file;
}

async function emptyDisk(
  file: string,
  size: number,
  filesystem: DiskFilesystem | undefined,
  folder: DiskFolder,
): Promise<void> {
  const { tools, make } = folder;
  await make(tools.img('create', '-q', '-f', 'raw', file, String(size)), { env: tools.env });
  if (filesystem !== undefined) await makeFilesystem(file, filesystem, folder);
}
