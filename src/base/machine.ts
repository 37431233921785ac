/** The words for what a virtual machine is made of, common to recipes (`tests:`), `run` and QEMU's arguments. */
export const firmwares = ['bios', 'uefi'] as const;
export type Firmware = (typeof firmwares)[number];

/** How a drive is attached. */
export const attachments = ['cd', 'usb', 'virtio', 'ahci', 'nvme'] as const;
export type Attachment = (typeof attachments)[number];

/** An error that a drive shows on purpose. */
export interface DriveFault {
  readonly on: 'read' | 'write' | 'flush';
  readonly error: 'io' | 'no-space';
  /** The first sector (512 bytes) that shows it; `undefined`: every one. */
  readonly sector: number | undefined;
  /** Only the first time. */
  readonly once: boolean;
}
