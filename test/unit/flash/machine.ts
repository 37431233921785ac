import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { onTestFinished } from 'vitest';

/** A block device as the kernel shows it; paths are those of real machines. */
export interface ShownDevice {
  /** Below /sys/devices. */
  readonly folder: string;
  readonly number: string;
  /** Units of 512 bytes. */
  readonly size: number;
  readonly files?: Readonly<Record<string, string | Buffer>>;
  /** Files of folders above it, by the number of folders to go up. */
  readonly above?: Readonly<Record<number, Readonly<Record<string, string>>>>;
  readonly partitions?: readonly {
    readonly name: string;
    readonly number: string;
    readonly size: number;
    readonly holders?: readonly string[];
    readonly content?: Buffer;
  }[];
  readonly holders?: readonly string[];
  /** The first bytes of the device; default: this user may not read it. */
  readonly content?: Buffer;
}

/** Other files, by their paths from the root. */
export type OtherFiles = Readonly<Record<string, string>>;

/** A small tree of /sys, /proc, /run and /dev in the form that Linux gives them; gives its root. */
export function machine(devices: readonly ShownDevice[], others: OtherFiles = {}): string {
  const root = mkdtempSync(join(tmpdir(), 'diskbios-machine-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const put = (path: string, content: string | Buffer): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  const holders = (folder: string, names: readonly string[] = []): void => {
    mkdirSync(join(root, folder, 'holders'), { recursive: true });
    for (const name of names) put(join(folder, 'holders', name), '');
  };
  mkdirSync(join(root, 'sys/block'), { recursive: true });
  for (const device of devices) {
    const folder = join('sys/devices', device.folder);
    const name = folder.slice(folder.lastIndexOf('/') + 1);
    const usual = { dev: `${device.number}\n`, size: `${device.size}\n`, removable: '0\n', ro: '0\n' };
    for (const [file, content] of Object.entries({
      ...usual,
      'queue/logical_block_size': '512\n',
      ...device.files,
    }))
      put(join(folder, file), content);
    for (const [up, files] of Object.entries(device.above ?? {})) {
      const above = join(folder, '../'.repeat(Number(up)));
      for (const [file, content] of Object.entries(files)) put(join(above, file), `${content}\n`);
    }
    holders(folder, device.holders);
    if (device.content !== undefined) put(`dev/${name}`, device.content);
    for (const [index, part] of (device.partitions ?? []).entries()) {
      const below = join(folder, part.name);
      put(join(below, 'dev'), `${part.number}\n`);
      put(join(below, 'size'), `${part.size}\n`);
      put(join(below, 'partition'), `${index + 1}\n`);
      holders(below, part.holders);
      if (part.content !== undefined) put(`dev/${part.name}`, part.content);
    }
    symlinkSync(relative(join(root, 'sys/block'), join(root, folder)), join(root, 'sys/block', name));
  }
  for (const [path, content] of Object.entries(others)) put(path, content);
  return root;
}

const gibibyte = 2 ** 30 / 512;

/** An ext4 file system with a label, as far as it is looked at. */
export function ext4(label: string): Buffer {
  const bytes = Buffer.alloc(2048);
  bytes.writeUInt16LE(0xef53, 1024 + 56);
  bytes.write(label, 1024 + 120, 'latin1');
  return bytes;
}

/** A stick of 29 GiB with one file system. */
export const stick: ShownDevice = {
  folder: 'pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/host6/target6:0:0/6:0:0:0/block/sdb',
  number: '8:16',
  size: 29 * gibibyte,
  files: { removable: '1\n', 'device/vendor': 'SanDisk \n', 'device/model': 'Ultra Fit       \n' },
  above: { 6: { idVendor: '0781', serial: '4C530001230821115192', product: 'Ultra Fit' } },
  partitions: [{ name: 'sdb1', number: '8:17', size: 29 * gibibyte - 2048, content: ext4('PHOTOS') }],
};

/** A disk on an AHCI port, which the system of `rootMounts` runs from. */
export const rootDisk: ShownDevice = {
  folder: 'pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block/sda',
  number: '8:0',
  size: 476 * gibibyte,
  files: {
    'device/vendor': 'ATA     \n',
    'device/model': 'Samsung SSD 860 \n',
    'device/vpd_pg80': Buffer.concat([Buffer.from([0, 0x80, 0, 15]), Buffer.from('S3Z8NB0K1234567')]),
  },
  partitions: [
    { name: 'sda1', number: '8:1', size: gibibyte },
    { name: 'sda2', number: '8:2', size: 475 * gibibyte },
  ],
};

export const rootMounts = [
  '27 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw',
  '22 27 0:21 / /proc rw,relatime - proc proc rw',
  '28 27 8:1 / /boot/efi rw,relatime shared:31 - vfat /dev/sda1 rw,fmask=0077',
  '',
].join('\n');
