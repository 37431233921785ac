import { FailedError, MissingError, UserError } from '../../base/errors.ts';
import { writeAt } from '../host/files.ts';
import { busybox, execute, foreground, must } from '../host/run.ts';
import { exists, pause, readText } from '../host.ts';
import { type Disk, diskProblem } from '../lib/systems/disks.ts';
import { gptPieces, partitionRange } from '../lib/systems/gpt.ts';
import { disks } from './disks.ts';
import { locked } from './lock.ts';

export const diskFileSystems = ['ext4', 'btrfs'] as const;
export type DiskFileSystem = (typeof diskFileSystems)[number];

export interface SetupWish {
  readonly device: string;
  readonly fileSystem: DiskFileSystem;
  readonly label: string;
  readonly encrypt: boolean;
  /** Told what is being done. */
  readonly said: (line: string) => void;
}

const mebibyte = 1024 * 1024;
export const mapperName = 'diskbios-data';

/** The disk of that name, if it may be used. Throws `UserError` with the reason if not. */
export async function usableDisk(device: string): Promise<Disk> {
  const all = await disks();
  const disk = all.find((one) => one.device === device);
  if (disk === undefined)
    throw new UserError({
      code: 'no-such-disk',
      message: `${device} is no whole disk of this machine`,
      expected: all.map((one) => one.device).join(', ') || 'a disk, but this machine has none',
    });
  const problem = diskProblem(disk);
  if (problem !== undefined)
    throw new UserError({ code: 'disk-in-use', message: `${device} cannot be used: ${problem}` });
  return disk;
}

/** What is missing in this PE for a wish. */
export function checkTools({ fileSystem, encrypt }: Pick<SetupWish, 'fileSystem' | 'encrypt'>): void {
  const wanted = [
    ...(fileSystem === 'ext4'
      ? ['/usr/sbin/mkfs.ext4', '/usr/sbin/tune2fs']
      : ['/usr/bin/mkfs.btrfs', '/usr/bin/btrfs']),
    ...(encrypt ? ['/usr/sbin/cryptsetup'] : []),
  ];
  const missing = wanted.find((path) => !exists(path) && !exists(path.replace('/usr/bin/', '/usr/sbin/')));
  if (missing === undefined) return;
  const from = missing.includes('btrfs')
    ? 'btrfs-progs'
    : missing.includes('crypt')
      ? 'cryptsetup-bin'
      : 'e2fsprogs';
  throw new MissingError(
    `this PE has no ${missing.split('/').at(-1) ?? ''}`,
    `add ${from} to pe.packages of the recipe and build the image anew`,
  );
}

/**
 * Makes a disk into a data volume; everything on it is lost. The label, by which the PE knows a data volume, is written last:
 * interrupted at any instant, there is a disk without one, which the PE does not touch and which can be set up again.
 */
export async function setupDisk(wish: SetupWish): Promise<{ readonly device: string }> {
  checkTools(wish);
  return locked('*disk', async () => {
    const disk = await usableDisk(wish.device);
    await checkLabel(disk, wish.label);
    wish.said('removing what was there');
    await wipe(disk);
    wish.said('writing the partition table');
    for (const { at, bytes } of gptPieces({ ...disk, diskId: uuid(), partitionId: uuid(), name: wish.label }))
      writeAt(disk.device, at, bytes);
    const partition = await partitionOf(disk);
    const container = wish.encrypt ? encrypt(partition, wish.said) : partition;
    try {
      wish.said(`making the ${wish.fileSystem} file system`);
      await makeFileSystem(container, wish);
      if (wish.encrypt) await must(['cryptsetup', 'config', partition, '--label', wish.label]);
    } catch (error) {
      // As long as it is open the disk is in use.
      if (wish.encrypt) await execute(['cryptsetup', 'close', mapperName]);
      throw error;
    }
    return { device: partition };
  });
}

/** Two volumes of one label would keep the PE from using either. */
async function checkLabel(disk: Disk, label: string): Promise<void> {
  const others = (await disks()).filter((one) => one.device !== disk.device).flatMap((one) => one.parts);
  const other = others.find(({ superblock }) => superblock?.label === label);
  if (other !== undefined)
    throw new UserError({
      code: 'label-taken',
      message: `${other.device} carries the label ${label} already, and of two the PE would use neither`,
      hint: 'give this one another: --label DISKBIOS-MORE, and name both at boot: diskbios.data=LABEL=...,LABEL=...',
    });
}

const uuid = (): string => (readText('/proc/sys/kernel/random/uuid') ?? '').trim();

/** Old tables, and old superblocks where the new partition begins: a half-made volume must not look like the one before it. */
async function wipe(disk: Disk): Promise<void> {
  const zeros = new Uint8Array(mebibyte);
  // What was recognised on old partitions, before the table that leads to them is gone.
  for (const { device, size } of disk.parts) {
    if (device !== disk.device) writeAt(device, 0, zeros.subarray(0, Math.min(size, 128 * 1024)));
  }
  writeAt(disk.device, 0, zeros);
  writeAt(disk.device, partitionRange(disk).from, zeros);
  writeAt(disk.device, disk.size - mebibyte, zeros);
  await rereadTable(disk);
}

async function rereadTable({ device }: Disk): Promise<void> {
  await execute([busybox, 'blockdev', '--rereadpt', device]);
}

async function partitionOf(disk: Disk): Promise<string> {
  const name = /\d$/.test(disk.device) ? `${disk.device}p1` : `${disk.device}1`;
  for (let waited = 0; waited < 5000; waited += 50) {
    await rereadTable(disk);
    if (exists(name)) return name;
    pause(50);
  }
  throw new FailedError('no-partition', `the kernel does not show the new partition ${name}`, {
    hint: 'reboot and try once more',
  });
}

function encrypt(partition: string, said: (line: string) => void): string {
  said('encrypting it; the passphrase is needed at each boot');
  const made = foreground([
    'cryptsetup',
    'luksFormat',
    '--type',
    'luks2',
    '--batch-mode',
    '--verify-passphrase',
    partition,
  ]);
  if (made !== 0) throw new FailedError('cryptsetup', 'the disk could not be encrypted');
  return unlock(partition);
}

/** Asks for the passphrase and opens an encrypted volume. Returns the device of what is in it. */
export function unlock(partition: string): string {
  if (foreground(['cryptsetup', 'open', partition, mapperName]) !== 0)
    throw new FailedError('cryptsetup', `${partition} stays locked`);
  return `/dev/mapper/${mapperName}`;
}

async function makeFileSystem(device: string, { fileSystem, label }: SetupWish): Promise<void> {
  if (fileSystem === 'ext4') {
    // Counts by folders, so that what a system fills can be limited.
    const counts = ['-O', 'quota,project', '-E', 'quotatype=prjquota,lazy_itable_init=1'];
    await must(['mkfs.ext4', '-q', '-F', '-m', '1', ...counts, device]);
    await must([busybox, 'sync', device]);
    await must(['tune2fs', '-L', label, device]);
  } else {
    await must(['mkfs.btrfs', '-q', '-f', device]);
    await must([busybox, 'sync', device]);
    await must(['btrfs', 'filesystem', 'label', device, label]);
  }
  await must([busybox, 'sync', device]);
}
