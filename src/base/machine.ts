/** The words for what a virtual machine is made of, common to recipes (`tests:`), `run` and QEMU's arguments. */
export const firmwares = ['bios', 'uefi', 'uefi-secure'] as const;
/** `uefi-secure`: UEFI with Secure Boot switched on. */
export type Firmware = (typeof firmwares)[number];
/** What is tested where nothing is said. */
export const usualFirmwares: readonly Firmware[] = ['bios', 'uefi'];

/** Their names for people. */
export const firmwareNames: Readonly<Record<Firmware, string>> = {
  bios: 'BIOS',
  uefi: 'UEFI',
  'uefi-secure': 'UEFI with Secure Boot',
};

/** How a drive is attached. */
export const attachments = ['cd', 'usb', 'virtio', 'ahci', 'nvme'] as const;
export type Attachment = (typeof attachments)[number];

/** What a disk of a test hangs on: beside those, controllers that machines have had. `usb` is USB 3, `sd` a card in a reader. */
export const diskBuses = [
  ...attachments,
  ...['virtio-scsi', 'lsi', 'mptsas', 'megasas', 'pvscsi', 'usb2', 'sd'],
] as readonly (Attachment | Controller)[];
export type Controller = 'virtio-scsi' | 'lsi' | 'mptsas' | 'megasas' | 'pvscsi' | 'usb2' | 'sd';
export type DiskBus = Attachment | Controller;

/**
 * Kinds of machines: `q35` with PCI Express and AHCI, `pc` (i440FX) with PCI and IDE, `microvm` without PCI: virtio's devices at
 * addresses (virtio-mmio), no screen, no firmware but what starts a kernel that is given.
 */
export const machineModels = ['q35', 'pc', 'microvm'] as const;
export type MachineModel = (typeof machineModels)[number];

/** Network cards beside virtio, by QEMU's names; `usb` is one on USB (RNDIS, CDC). */
export const networkCards = ['e1000', 'e1000e', 'igb', 'rtl8139', 'vmxnet3', 'usb'] as const;
export type NetworkCardModel = (typeof networkCards)[number];

/**
 * How the image under test comes to a machine. `kernel`: not as a drive; its kernel and initrd are put into the machine's memory
 * with the command line of the menu's default entry, without firmware menu and boot loader. `network`: it is a folder that the
 * machine's network serves.
 */
export const imageAttachments = [...attachments, 'kernel', 'network'] as const;
export type ImageAttachment = (typeof imageAttachments)[number];

/**
 * An error that a drive shows on purpose. Linux calls most of them an input/output error (EIO); where a flush fails on NVMe, it
 * says that there is no data (ENODATA).
 */
export interface DriveFault {
  readonly on: 'read' | 'write' | 'flush';
  /**
   * `no-space`: what a thinly provisioned disk says when its store is full. A guest can tell it from an I/O error on USB only;
   * AHCI, virtio and NVMe have no word for it in QEMU.
   */
  readonly error: 'io' | 'no-space';
  /** The one sector (512 bytes, from 0) that shows it, whatever else is read or written with it; `undefined`: every one. */
  readonly sector: number | undefined;
  /** Only the first time. */
  readonly once: boolean;
}

/** A disk of a virtual machine, made for it and kept over its power-ons. */
export interface MachineDisk {
  readonly bus: DiskBus;
  /** Bytes; `undefined`: as large as `from`. */
  readonly size: number | undefined;
  /** Absolute path of an image that it starts as a copy of (never written to). */
  readonly from: string | undefined;
  readonly filesystem: DiskFilesystem | undefined;
  readonly fault: DriveFault | undefined;
  readonly readOnly: boolean;
  /** Whether it is there from the start; else it is plugged in later. */
  readonly plugged: boolean;
}

/** What an empty disk is formatted with, whole, without a partition table. */
export interface DiskFilesystem {
  readonly type: 'ext4' | 'vfat';
  readonly label: string | undefined;
  /** Absolute path of a folder whose files it holds. */
  readonly files: string | undefined;
  /** Not a byte is left free (ext4). */
  readonly full: boolean;
}
