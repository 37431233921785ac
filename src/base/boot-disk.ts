import { dataLabel } from './cmdline.ts';

/** Names of the partitions of a boot disk (usb, qcow2 and the other disk media): by them the PE and the builder know them. */
export const bootPartitions = {
  bios: 'DISKBIOS-BIOS',
  esp: 'DISKBIOS-ESP',
  a: 'DISKBIOS-A',
  b: 'DISKBIOS-B',
  data: dataLabel,
} as const;
