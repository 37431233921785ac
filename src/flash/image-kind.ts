import { basename, extname } from 'node:path';
import { FailedError, UserError } from '../base/errors.ts';
import { readVolume } from '../formats/iso9660.ts';
import { readPartitionTables } from '../formats/partitions.ts';
import { readBuffer } from '../formats/read-at.ts';
import { shellLine } from '../sys/run.ts';

/** What the first part of an image says of it. */
export interface ImageKind {
  readonly kind: 'disk' | 'iso';
  /** Bytes of the sectors that its partition table counts in; `undefined`: it has none, so that no disk starts by it. */
  readonly sector: number | undefined;
}

/** Disks of virtual machines by what their files begin with. */
const virtualDisks: readonly (readonly [string, number, string])[] = [
  ['qcow2', 0, 'QFI\xfb'],
  ['vmdk', 0, 'KDMV'],
  ['vpc', 0, 'conectix'],
  ['vhdx', 0, 'vhdxfile'],
  ['vdi', 64, '\x7f\x10\xda\xbe'],
];

/**
 * Looks at the first MiB of an image, unpacked. Throws `UserError` for what no device can start from, `FailedError` for an
 * image that was cut off.
 * @param bytes of the whole image
 */
export function imageKind(path: string, start: Buffer, bytes: number): ImageKind {
  const virtual = virtualDisks.find(
    ([, at, magic]) => start.toString('latin1', at, at + magic.length) === magic,
  );
  if (virtual !== undefined) throw virtualDisk(path, virtual[0]);
  const read = readBuffer(start);
  if (start.length < 1024) throw notAnImage(path, `it is only ${bytes} bytes long`);
  const { gpt, mbr } = readPartitionTables(read);
  const volume = isoVolume(start);
  const end = Math.max(gpt?.end ?? 0, volume ?? 0);
  if (end > bytes) {
    throw new FailedError(
      'truncated-image',
      `${path} was cut off: it says that it is ${end} bytes long, but ${bytes} are there`,
      {
        hint: 'copy or download it again, and compare it with SHA256SUMS',
      },
    );
  }
  const wideGpt = start.toString('latin1', 4096, 4104) === 'EFI PART';
  const hasTable = gpt !== undefined || (mbr?.partitions.length ?? 0) > 0;
  const sector = gpt === undefined && wideGpt ? 4096 : hasTable ? 512 : undefined;
  if (volume !== undefined) return { kind: 'iso', sector };
  if (sector === undefined) throw notAnImage(path, 'it has neither a partition table nor an ISO file system');
  return { kind: 'disk', sector };
}

function isoVolume(start: Buffer): number | undefined {
  if (start.toString('latin1', 32_769, 32_774) !== 'CD001') return undefined;
  return readVolume(readBuffer(start)).bytes;
}

function notAnImage(path: string, why: string): UserError {
  return new UserError({
    code: 'not-an-image',
    message: `${path} is no image that a device could start from: ${why}`,
    expected: 'a disk image (.img) or an ISO, as it is or packed (.zst, .xz, .gz)',
    hint: 'diskbios build RECIPE --medium usb makes one',
  });
}

function virtualDisk(path: string, format: string): UserError {
  return new UserError({
    code: 'not-an-image',
    message: `${path} is the disk of a virtual machine (${format}), which no device takes as it is`,
    expected: 'a disk image (.img) or an ISO',
    hint: `diskbios build RECIPE --medium usb makes one; or: ${shellLine(['qemu-img', 'convert', '-O', 'raw', path, `${basename(path, extname(path))}.img`])}`,
  });
}
