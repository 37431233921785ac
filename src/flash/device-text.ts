import { formatBytes } from '../base/sizes.ts';
import type { Device, DevicePart, Identity } from './device.ts';

const buses: Readonly<Record<Device['bus'], string>> = {
  usb: 'USB',
  sata: 'SATA',
  nvme: 'NVMe',
  virtio: 'virtio',
  sd: 'SD card',
  mmc: 'eMMC',
  scsi: 'SCSI',
  loop: 'loop device',
  virtual: 'virtual',
  other: '',
};

/** `/dev/sdb  28.7 GiB  USB  SanDisk Ultra  serial 4C53…`. */
export function deviceLine(device: Device): string {
  const { path, bytes, bus, model, identity, removable } = device;
  return [
    path,
    bytes === 0 ? 'no medium' : formatBytes(bytes),
    buses[bus],
    model,
    identity === undefined ? 'no serial number' : identityText(identity),
    ...(removable ? [] : ['built in']),
  ]
    .filter((word) => word !== '')
    .join('  ');
}

export function identityText({ kind, value }: Identity): string {
  return `${kind} ${value}`;
}

/** A line for the disk as a whole, where it tells something, and for each partition. */
export function contentLines({ parts }: Device): string[] {
  const [whole, ...partitions] = parts;
  const tells = whole.content !== undefined || whole.uses.length > 0;
  const lines = [...(tells ? [whole] : []), ...partitions].map(partLine);
  return lines.length === 0 ? ['nothing known is on it'] : lines;
}

function partLine({ name, bytes, partitionName, content, uses }: DevicePart): string {
  const words = [
    name,
    formatBytes(bytes),
    ...(content === undefined ? [] : [content.type]),
    ...[...new Set([partitionName, content?.label ?? ''])].filter((word) => word !== ''),
    ...uses,
  ];
  return words.join('  ');
}
