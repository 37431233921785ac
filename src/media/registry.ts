import type { MediumKind } from '../recipe/types.ts';
import { folderMedium } from './folder.ts';
import { isoMedium } from './iso.ts';
import { netbootMedium } from './netboot.ts';
import { ociMedium } from './oci.ts';
import { ovaMedium } from './ova.ts';
import { tarMedium, wslMedium } from './root-archive.ts';
import type { Medium } from './types.ts';
import { ukiMedium } from './uki.ts';
import { usbMedium } from './usb.ts';
import { virtualDiskMedium } from './virtual-disk.ts';

export const media: Readonly<Record<MediumKind, Medium>> = {
  iso: isoMedium,
  uki: ukiMedium,
  usb: usbMedium,
  qcow2: virtualDiskMedium('qcow2'),
  vmdk: virtualDiskMedium('vmdk'),
  vdi: virtualDiskMedium('vdi'),
  vhd: virtualDiskMedium('vhd'),
  vhdx: virtualDiskMedium('vhdx'),
  ova: ovaMedium,
  netboot: netbootMedium,
  oci: ociMedium,
  tar: tarMedium,
  wsl: wslMedium,
  folder: folderMedium,
};
