import { usualData } from '../../base/disk-sizes.ts';
import { type DiskMediumKind, diskMediaKinds } from '../types.ts';
import { choice, map, type SchemaNode, text, wholeNumber } from './node.ts';
import { rootMedia } from './root-media.ts';

const filename = (ending: string): SchemaNode =>
  text(`Name of the output file; without it \`NAME.${ending}\`.`, {
    pattern: `^[A-Za-z0-9][A-Za-z0-9._+-]*\\.${ending}$`,
    'x-expected': `a file name ending in .${ending}, without /`,
  });

const size = {
  pattern: '^[0-9]+(\\.[0-9]+)?[MGTmgt]([iI]?[bB])?$',
  'x-expected': 'a size such as 512MiB or 8GiB',
};

const iso = map('A hybrid ISO image: a CD, or written to a stick as it is; starts on BIOS and UEFI.', {
  label: text('Volume name; without it the recipe’s name in capital letters.', {
    pattern: '^[A-Z0-9_]{1,32}$',
    'x-expected': '1 to 32 of A–Z, 0–9 and _',
  }),
  filename: filename('iso'),
});

const uki = map(
  'Kernel, initrd and the command line of the default entry as one program for UEFI, without a menu: on a FAT stick as `EFI/BOOT/BOOTX64.EFI`, or wherever firmware or a boot loader finds it.',
  { filename: filename('efi') },
);

/** What the disk media have in common. */
const disk = {
  label: text('Name of the boot partition; without it the recipe’s name in capital letters.', {
    pattern: '^[A-Z0-9_]{1,11}$',
    'x-expected': '1 to 11 of A–Z, 0–9 and _',
  }),
  size: text(
    'Size of the whole disk; without it as large as its parts. The data partition gets what is left.',
    size,
  ),
  'slot-size': text(
    'Size of each of the two slots for kernel and initrd; without it what goes in, and half as much again.',
    size,
  ),
  'data-size': text(
    `Size of the data file system as it is built; without it ${usualData / 1024 ** 2}MiB and what carried systems need.`,
    size,
  ),
};

const described: Readonly<Record<DiskMediumKind, string>> = {
  usb: 'A disk image for sticks and disks, with room for data: starts on BIOS and UEFI (64 and 32 bits).',
  qcow2: 'The same disk for QEMU, libvirt, Proxmox VE and OpenStack.',
  vmdk: 'The same disk for VMware, as a stream-optimised file.',
  vdi: 'The same disk for VirtualBox.',
  vhd: 'The same disk for Hyper-V (generation 1) and Virtual PC.',
  vhdx: 'The same disk for Hyper-V.',
  ova: 'The same disk as a whole virtual machine, to be imported by VirtualBox and VMware.',
};

const more: Readonly<Partial<Record<DiskMediumKind, Readonly<Record<string, SchemaNode>>>>> = {
  usb: {
    compress: choice('Pack the image as `NAME.img.zst`.', ['none', 'zstd'], { default: 'none' }),
  },
  ova: {
    memory: text('Memory of the virtual machine.', { ...size, default: '1GiB' }),
    cpus: wholeNumber('Processors of the virtual machine.', 1, 64, { default: 1 }),
  },
};

const endings: Readonly<Partial<Record<DiskMediumKind, string>>> = { usb: 'img' };

/** In the manual, these are described once. */
const likeQcow2: readonly DiskMediumKind[] = ['vmdk', 'vdi', 'vhd', 'vhdx'];

const disks = Object.fromEntries(
  diskMediaKinds.map((kind) => [
    kind,
    map(
      described[kind],
      { filename: filename(endings[kind] ?? kind), ...disk, ...more[kind] },
      likeQcow2.includes(kind) ? { 'x-see': 'media.qcow2' } : {},
    ),
  ]),
);

const netboot = map(
  'A folder for TFTP and HTTP servers, from which machines start over the network: BIOS and UEFI, PXE, iPXE and HTTP boot.',
  {
    filename: text('Name of the folder; without it `NAME-netboot`.', {
      pattern: '^[A-Za-z0-9][A-Za-z0-9._+-]*$',
      'x-expected': 'a name without /',
    }),
  },
);

export const mediaSchema = map(
  'What is built, one key for each medium; all are made of the same PE.',
  { iso, uki, ...disks, netboot, ...rootMedia },
  { default: { iso: {} } },
);
