import { bootPartitions } from '../../base/boot-disk.ts';
import { readSuperblock, type Superblock, superblockBytes } from '../../base/superblock.ts';
import { busybox, execute, executeForBytes } from '../host/run.ts';
import { exists, list, readText } from '../host.ts';
import { sataPending } from '../lib/systems/data-volumes.ts';

const blocks = '/sys/class/block';
const read = (path: string): string => (readText(path) ?? '').trim();
/** Milliseconds that a disk may take to answer; a broken one can take minutes. */
const patience = 20_000;
/** Drivers begin side by side, some after the modules are loaded; for a controller that none is for, this is the end. */
const driverPatience = 2000;

export interface BlockDevice {
  /** `vda1`. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly writeProtected: boolean;
}

/** Disks and partitions that could carry a file system: what has partitions or is part of something else is left out. */
export function blockDevices(): BlockDevice[] {
  return list(blocks)
    .filter((name) => !/^(loop|ram|zram|sr|fd|nbd|mtdblock)\d/.test(name))
    .filter((name) => {
      const folder = `${blocks}/${name}`;
      return (
        read(`${folder}/size`) !== '0' &&
        list(`${folder}/holders`).length === 0 &&
        !list(folder).some((below) => exists(`${folder}/${below}/partition`))
      );
    })
    .map((name) => ({
      name,
      size: Number(read(`${blocks}/${name}/size`)) * 512,
      writeProtected: read(`${blocks}/${name}/ro`) === '1',
    }));
}

/** Reads a device in a process of its own: a disk that does not answer must not hold up the machine. */
export async function superblockOf(device: string): Promise<Superblock | undefined> {
  const { bytes } = await executeForBytes(
    [busybox, 'dd', `if=${device}`, `bs=${superblockBytes}`, 'count=1'],
    { within: patience },
  );
  return readSuperblock(bytes);
}

/** Whether something is there that will be a disk but is none yet. `waited`: milliseconds since the drivers were loaded. */
export async function disksPending(waited: number): Promise<boolean> {
  const notYet = (folder: string, test: (path: string) => boolean): boolean =>
    list(folder).some((name) => test(`${folder}/${name}`));
  return (
    notYet(
      '/sys/bus/virtio/devices',
      (path) => read(`${path}/modalias`).startsWith('virtio:d00000002') && !exists(`${path}/block`),
    ) ||
    // A controller whose driver has begun and shows nothing yet, or that has had no time to get one.
    notYet('/sys/bus/pci/devices', (path) => {
      if (!read(`${path}/class`).startsWith('0x01')) return false;
      if (!exists(`${path}/driver`)) return waited < driverPatience;
      return !list(path).some((name) => /^(host|ata|virtio)\d+$|^nvme$/.test(name));
    }) ||
    notYet(
      '/sys/class/scsi_device',
      (path) => read(`${path}/device/type`) === '0' && !exists(`${path}/device/block`),
    ) ||
    notYet('/sys/class/nvme', (path) => /^(new|connecting|resetting)$/.test(read(`${path}/state`))) ||
    ['usb-storage', 'uas'].some((driver) =>
      notYet(`/sys/bus/usb/drivers/${driver}`, (path) => path.includes(':') && !hasTarget(path)),
    ) ||
    (list('/sys/class/ata_port').length > 0 && sataPending((await execute([busybox, 'dmesg'])).stdout))
  );
}

/** Whether there is a CD drive that is no device yet. */
export const discsPending = (): boolean =>
  list('/sys/class/scsi_device').some((name) => {
    const device = `/sys/class/scsi_device/${name}/device`;
    return read(`${device}/type`) === '5' && !exists(`${device}/block`);
  });

/** Whether a USB storage interface has shown its disks: `host3/target3:0:0`. */
const hasTarget = (path: string): boolean =>
  list(path)
    .filter((name) => name.startsWith('host'))
    .some((host) => list(`${path}/${host}`).some((name) => name.startsWith('target')));

/**
 * Whether the disk that this PE was started from may come yet: a stick takes its time, and before its controller has found it there
 * is no trace of it.
 */
export const bootDiskPending = (): boolean =>
  list('/sys/bus/usb/devices').length > 0 &&
  !list(blocks).some((name) => read(`${blocks}/${name}/uevent`).includes(`PARTNAME=${bootPartitions.esp}`));

/** Whether the machine has anything that a disk could come from. */
export function canHaveDisks(): boolean {
  const storage = list('/sys/bus/pci/devices').some((name) =>
    // Mass storage, and USB hosts.
    /^0x(01|0c03)/.test(read(`/sys/bus/pci/devices/${name}/class`)),
  );
  const virtio = list('/sys/bus/virtio/devices').some((name) =>
    /^virtio:d0000000[28]/.test(read(`/sys/bus/virtio/devices/${name}/modalias`)),
  );
  return (
    storage || virtio || list('/sys/class/mmc_host').length > 0 || list('/sys/bus/vmbus/devices').length > 0
  );
}
