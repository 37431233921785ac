import { unreachable } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import type { Controller, DriveFault, MachineModel } from '../base/machine.ts';
import type { Drive } from './spec.ts';

/** A value inside QEMU's comma lists. */
export function option(value: string): string {
  return value.replaceAll(',', ',,');
}

/** QEMU's options for all drives of a guest; drive 0 is the device `disk0`, and so on. */
export function driveArguments(drives: readonly Drive[], model: MachineModel = 'q35'): string[] {
  let sataPort = 0;
  return drives.flatMap((drive, index) => {
    const { driver: usual, ...properties } = driveDevice(drive, String(index));
    const driver = model === 'microvm' ? 'virtio-blk-device' : usual;
    const controller = controllers[drive.as as Controller] as string | undefined;
    const bus =
      drive.as === 'cd' || drive.as === 'ahci' ? idePort(sataPort++, model) : driveBus(drive, index);
    // No firmware starts from a card in a reader.
    const boot = drive.as === 'sd' ? 'never' : (drive.boot ?? index);
    const device = {
      ...(bus === undefined ? {} : { bus }),
      ...properties,
      ...{ drive: `drive${index}`, id: `disk${index}` },
      ...(boot === 'never' ? {} : { bootindex: boot }),
    };
    const own = controller === undefined ? [] : ['-device', `${controller},id=controller${index}`];
    return [...own, '-drive', backend(drive, index), '-device', [driver, ...dotted(device)].join(',')];
  });
}

function backend(drive: Drive, index: number): string {
  const { fault, log, writes } = drive;
  const isPlain = fault === undefined && log === undefined;
  return [
    ...['if=none', `id=drive${index}`],
    ...(isPlain ? [`format=${drive.format}`] : []),
    ...(fault === undefined ? [] : ['rerror=report', 'werror=report']),
    ...(writes === 'refuse' ? ['readonly=on'] : []),
    ...(writes === 'discard' ? ['snapshot=on'] : []),
    ...(writes === 'keep-in-memory' ? ['cache=unsafe'] : []),
    ...(isPlain ? [`file=${option(drive.file)}`] : dotted(blockNode(drive))),
  ].join(',');
}

/** QEMU's devices for controllers that a drive brings with it. */
const controllers: Readonly<Record<Controller, string>> = {
  'virtio-scsi': 'virtio-scsi-pci',
  lsi: 'lsi53c895a',
  mptsas: 'mptsas1068',
  megasas: 'megasas',
  pvscsi: 'pvscsi',
  usb2: 'usb-ehci',
  sd: 'sdhci-pci',
};

/** An AHCI has one disk at each of its ports; the two ports of a `pc` have two, and QEMU finds the free place. */
function idePort(n: number, model: MachineModel): string {
  return `ide.${model === 'pc' ? n % 2 : n}`;
}

function driveBus({ as, slot }: Drive, index: number): string | undefined {
  // The reader's bus has no name of its own.
  if (as in controllers) return as === 'sd' ? undefined : `controller${index}.0`;
  if (as === 'usb') return 'usb.0';
  return slot === undefined ? undefined : `slot${slot}`;
}

/** The device that shows a drive to the guest, without its bus; `number` makes NVMe disks distinct, which must have serials. */
export function driveDevice(drive: Drive, number: string): { driver: string; [property: string]: Json } {
  const serial = drive.serial === undefined ? {} : { serial: drive.serial };
  switch (drive.as) {
    case 'cd':
      return { driver: 'ide-cd', ...serial };
    case 'ahci':
      return { driver: 'ide-hd', ...serial };
    case 'usb':
      return { driver: 'usb-storage', removable: true, ...serial };
    case 'virtio-scsi':
    case 'lsi':
    case 'mptsas':
    case 'megasas':
    case 'pvscsi':
      return { driver: 'scsi-hd', ...serial };
    case 'usb2':
      return { driver: 'usb-storage', removable: true, ...serial };
    case 'sd':
      return { driver: 'sd-card' };
    case 'virtio':
      return { driver: 'virtio-blk-pci', ...serial };
    case 'nvme':
      return { driver: 'nvme', serial: `diskbios${number}`, ...serial };
    default:
      return unreachable(drive.as);
  }
}

/** A drive as a node of QEMU's block layer (`BlockdevOptions` in its QMP reference), with its log and its fault on top. */
export function blockNode(drive: Drive): { [option: string]: Json } {
  const plain = { driver: drive.format, file: { driver: 'file', filename: drive.file } };
  const image = drive.log === undefined ? plain : logging(drive.log, plain);
  if (drive.fault === undefined) return image;
  return { driver: 'blkdebug', image, 'inject-error': injections(drive.fault) };
}

/** Flushes must get as far as the log, and need not get any farther: the host keeps its power. */
function logging(log: string, image: { [option: string]: Json }): { [option: string]: Json } {
  const cache = { 'no-flush': true };
  return {
    ...{ driver: 'blklogwrites', 'log-sector-size': 512, file: { ...image, cache } },
    log: { driver: 'file', filename: log, cache },
  };
}

const errnos: Readonly<Record<DriveFault['error'], number>> = { io: 5, 'no-space': 28 };

/** Rules of QEMU's blkdebug (docs/devel/testing/blkdebug of QEMU). */
function injections({ on, error, sector, once }: DriveFault): Json[] {
  // Zeros are written by another command. Once is once: not once for each.
  const kinds = on === 'write' && !once ? ['write', 'write-zeroes'] : [on];
  return kinds.map((iotype) => ({
    ...{ event: 'none', iotype, errno: errnos[error] },
    ...(sector === undefined ? {} : { sector }),
    ...(once ? { once } : {}),
  }));
}

/** Nested options as QEMU's command line has them: `image.file.driver=file`. */
function dotted(value: Json, path = ''): string[] {
  if (typeof value !== 'object' || value === null) {
    const text = typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value);
    return [`${path}=${option(text)}`];
  }
  return Object.entries(value).flatMap(([key, inner]) =>
    dotted(inner as Json, path === '' ? key : `${path}.${key}`),
  );
}
