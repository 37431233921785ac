import { closeSync, constants, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { readSuperblock, superblockBytes } from '../base/superblock.ts';
import { type Partition, readPartitionTables } from '../formats/partitions.ts';
import type { ReadAt } from '../formats/read-at.ts';
import { type BlockNode, blockNodes, folderWith, type SystemFiles, systemFiles } from './block-tree.ts';
import type { Bus, Device, DevicePart, Identity } from './device.ts';
import { type UdevRecord, udevRecord } from './udev.ts';
import { type BlockUse, blockUses } from './uses.ts';

/** Kept in memory, or read-only by nature. */
const noDisks = /^(ram|zram|sr|fd|mtdblock)\d/;

/**
 * All disks of this machine with what is on them, by name. Needs no rights; without them, what is on a disk is known from
 * udev's records only.
 * @param root another root for /sys, /proc, /run and /dev
 */
export function readDevices(root = '/'): Device[] {
  const files = systemFiles(root);
  const nodes = blockNodes(files);
  const uses = blockUses(files, nodes);
  return (
    nodes
      .filter(({ name, parent }) => parent === undefined && !noDisks.test(name))
      // A loop device that shows nothing.
      .filter(({ name, bytes }) => bytes > 0 || !/^(loop|nbd)\d/.test(name))
      .map((disk) => {
        const partitions = nodes.filter(({ parent }) => parent === disk.name);
        return readDevice(files, disk, partitions, uses);
      })
  );
}

function readDevice(
  files: SystemFiles,
  disk: BlockNode,
  partitions: readonly BlockNode[],
  uses: (name: string) => BlockUse[],
): Device {
  const { name, folder, number, bytes } = disk;
  const udev = udevRecord(files, number);
  const usb = folderWith(files, folder, 'idVendor');
  const bus = busOf(files, disk, usb, udev);
  const sector = Number(files.text(`${folder}/queue/logical_block_size`)) || 512;
  const readable = bytes > 0 ? startReader(join(files.root, 'dev', name)) : undefined;
  const table = readable === undefined ? [] : partitionsOf(readable.read);
  readable?.close();
  const part = (node: BlockNode): DevicePart => {
    const of = uses(node.name);
    const partNumber = Number(files.text(`${node.folder}/partition`));
    const record = udevRecord(files, node.number);
    return {
      name: node.name,
      bytes: node.bytes,
      partitionName: table.find((each) => each.number === partNumber)?.name ?? record.partitionName,
      content: contentOf(files, node, record),
      uses: of.map(({ text }) => text),
      system: of.some(({ system }) => system),
    };
  };
  return {
    ...{ name, number, bytes, sector, bus },
    path: `/dev/${name}`,
    model: modelOf(files, folder, usb) || udev.model,
    identity: identityOf(files, folder, usb, udev),
    removable: files.text(`${folder}/removable`) === '1' || bus === 'usb' || bus === 'sd',
    writeProtected: files.text(`${folder}/ro`) === '1',
    parts: [part(disk), ...partitions.map(part)],
  };
}

function busOf(
  files: SystemFiles,
  { name, folder }: BlockNode,
  usb: string | undefined,
  udev: UdevRecord,
): Bus {
  if (/^loop\d/.test(name)) return 'loop';
  if (folder.includes('/devices/virtual/') && !name.startsWith('nvme')) return 'virtual';
  if (usb !== undefined) return 'usb';
  if (name.startsWith('mmcblk')) return files.text(`${folder}/device/type`) === 'SD' ? 'sd' : 'mmc';
  if (name.startsWith('nvme')) return 'nvme';
  if (name.startsWith('vd')) return 'virtio';
  if (/\/ata\d+\//.test(folder) || udev.bus === 'ata') return 'sata';
  return name.startsWith('sd') ? 'scsi' : 'other';
}

function modelOf(files: SystemFiles, folder: string, usb: string | undefined): string {
  const device = ['vendor', 'model', 'name'].map((file) => files.text(`${folder}/device/${file}`));
  const words = device.filter((word) => word !== '' && !/^0x|^ATA$|^USB$/.test(word));
  if (words.length > 0) return words.join(' ').replace(/\s+/g, ' ');
  return usb === undefined
    ? ''
    : ['manufacturer', 'product']
        .map((file) => files.text(`${usb}/${file}`))
        .join(' ')
        .trim();
}

function identityOf(
  files: SystemFiles,
  folder: string,
  usb: string | undefined,
  udev: UdevRecord,
): Identity | undefined {
  const candidates: readonly (readonly [Identity['kind'], string])[] = [
    ['file', files.text(`${folder}/loop/backing_file`)],
    ['serial', usb === undefined ? '' : files.text(`${usb}/serial`)],
    ['serial', files.text(`${folder}/serial`)],
    ['serial', files.text(`${folder}/device/serial`)],
    ['serial', scsiSerial(files.bytes(`${folder}/device/vpd_pg80`))],
    ['serial', udev.serial],
    ['wwn', files.text(`${folder}/wwid`) || files.text(`${folder}/device/wwid`)],
    ['path', udev.path],
  ];
  const found = candidates.map(([kind, value]) => ({ kind, value: value.replace(/\s+/g, ' ').trim() }));
  return found.find(({ value }) => /[^0 ]/.test(value));
}

/** "Unit Serial Number" (SPC-5, vital product data page 80h). */
function scsiSerial(page: Buffer): string {
  if (page.length < 4 || page[1] !== 0x80) return '';
  return page.toString('latin1', 4, 4 + page.readUInt16BE(2)).replaceAll('\0', ' ');
}

function contentOf(files: SystemFiles, node: BlockNode, record: UdevRecord): DevicePart['content'] {
  const readable = node.bytes > 0 ? startReader(join(files.root, 'dev', node.name)) : undefined;
  const found = readable === undefined ? undefined : readSuperblock(readable.read(0, superblockBytes));
  readable?.close();
  if (found !== undefined) return { type: found.type, label: found.label };
  return record.contentType === '' ? undefined : { type: record.contentType, label: record.label };
}

function partitionsOf(read: ReadAt): readonly Partition[] {
  try {
    return readPartitionTables(read).gpt?.partitions ?? [];
  } catch {
    // A disk shorter than its table says.
    return [];
  }
}

interface Readable {
  readonly read: ReadAt;
  close(): void;
}

/** `undefined`: this user may not read it, or no medium is in it. */
function startReader(path: string): Readable | undefined {
  try {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    return {
      read: (at, length) => {
        const bytes = Buffer.alloc(length);
        try {
          return bytes.subarray(0, readSync(fd, bytes, 0, length, at));
        } catch {
          return bytes;
        }
      },
      close: () => closeSync(fd),
    };
  } catch {
    return undefined;
  }
}
