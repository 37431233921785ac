/** The words for what a virtual machine is made of, common to recipes (`tests:`), `run` and QEMU's arguments. */
export const firmwares = ['bios', 'uefi'] as const;
export type Firmware = (typeof firmwares)[number];

/** How a drive is attached. */
export const attachments = ['cd', 'usb', 'virtio', 'ahci', 'nvme'] as const;
export type Attachment = (typeof attachments)[number];

/** An error that a drive shows on purpose. */
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
