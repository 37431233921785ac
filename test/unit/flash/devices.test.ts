import { expect, test } from 'vitest';
import { contentLines, deviceLine } from '../../../src/flash/device-text.ts';
import { readDevices } from '../../../src/flash/devices.ts';
import { refusals } from '../../../src/flash/refusals.ts';
import { ext4, machine, type OtherFiles, rootDisk, rootMounts, type ShownDevice, stick } from './machine.ts';

const needs = { bytes: 2 ** 28, sector: 512 };
const cautious = { fixed: false, members: false };

/** What is offered or why not, by device. */
function verdicts(
  devices: readonly ShownDevice[],
  others: OtherFiles = {},
  allowed = cautious,
  needed: Parameters<typeof refusals>[1] = needs,
): Record<string, readonly string[]> {
  const found = readDevices(machine(devices, { 'proc/self/mountinfo': rootMounts, ...others }));
  return Object.fromEntries(
    found.map((device) => [
      device.name,
      refusals(device, needed, allowed).map(({ code, reason }) => `${code}: ${reason}`),
    ]),
  );
}

test('a stick is shown with what is on it, and offered; the disk of the running system is not', () => {
  const root = machine([stick, rootDisk], { 'proc/self/mountinfo': rootMounts });
  const [disk, usb] = readDevices(root);
  expect(usb).toMatchObject({
    ...{ path: '/dev/sdb', number: '8:16', bytes: 29 * 2 ** 30, sector: 512, bus: 'usb', removable: true },
    ...{ model: 'SanDisk Ultra Fit', identity: { kind: 'serial', value: '4C530001230821115192' } },
  });
  expect(deviceLine(usb!)).toBe('/dev/sdb  29.0 GiB  USB  SanDisk Ultra Fit  serial 4C530001230821115192');
  expect(contentLines(usb!)).toEqual(['sdb1  29.0 GiB  ext4  PHOTOS']);
  expect(deviceLine(disk!)).toBe(
    '/dev/sda  476.0 GiB  SATA  Samsung SSD 860  serial S3Z8NB0K1234567  built in',
  );
  expect(refusals(usb!, needs, cautious)).toEqual([]);
  // Not even where built-in disks are allowed.
  expect(refusals(disk!, needs, { fixed: true, members: true })).toMatchObject([
    {
      code: 'system-disk',
      reason: 'this system runs from it: sda1 is mounted on /boot/efi; sda2 is mounted on /',
    },
  ]);
});

test('without rights, contents and names are known from udev', () => {
  const closed = { ...stick, partitions: [{ name: 'sdb1', number: '8:17', size: 2048 }] };
  const record = [
    ...['S:disk/by-label/PHOTOS', 'E:ID_FS_TYPE=exfat', 'E:ID_FS_LABEL_ENC=My\\x20photos'],
    'E:ID_PART_ENTRY_NAME=Basic\\x20data',
  ].join('\n');
  const [device] = readDevices(machine([closed], { 'run/udev/data/b8:17': record }));
  expect(contentLines(device!)).toEqual(['sdb1  1.0 MiB  exfat  Basic data  My photos']);
});

test.each<[string, OtherFiles, string]>([
  [
    'mounted',
    { 'proc/self/mountinfo': `${rootMounts}40 27 8:17 / /media/me/my\\040photos rw - ext4 /dev/sdb1 rw\n` },
    'in-use: sdb1 is mounted on /media/me/my photos',
  ],
  [
    'swap',
    {
      'proc/swaps':
        'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n/dev/sdb1                               partition\t1048572\t\t0\t\t-2\n',
    },
    'in-use: sdb1 is swap',
  ],
  [
    'a disk of a btrfs that is mounted by another of its disks',
    { 'sys/fs/btrfs/0a1b/devices/sdb1': '' },
    'in-use: sdb1 is part of a mounted btrfs',
  ],
  [
    'mounted by a number of its own, as btrfs is',
    { 'proc/self/mountinfo': `${rootMounts}40 27 0:55 /@ /mnt rw - btrfs /dev/sdb1 rw,subvol=/@\n` },
    'in-use: sdb1 is mounted on /mnt',
  ],
])('a stick in use is refused: %s', (_, others, reason) => {
  expect(verdicts([stick], others)['sdb']).toEqual([reason]);
});

test('what is mounted from it counts through RAID, LVM and LUKS', () => {
  const partition = stick.partitions![0]!;
  const held = { ...stick, partitions: [{ ...partition, holders: ['md0'] }] };
  const made = (
    name: string,
    number: string,
    files: Record<string, string>,
    holders: string[],
  ): ShownDevice => ({
    ...{ folder: `virtual/block/${name}`, number, size: 2 ** 22, files, holders },
  });
  const above = [
    made('md0', '9:0', { 'md/level': 'raid1\n' }, ['dm-0']),
    made('dm-0', '253:0', { 'dm/name': 'safe\n', 'dm/uuid': 'CRYPT-LUKS2-0a1b-safe\n' }, ['dm-1']),
    made('dm-1', '253:1', { 'dm/name': 'vg-data\n', 'dm/uuid': 'LVM-abcdef\n' }, []),
  ];
  const mounts = `${rootMounts}40 27 253:1 / /srv/data rw - ext4 /dev/mapper/vg-data rw\n`;
  const all = verdicts([held, ...above], { 'proc/self/mountinfo': mounts });
  expect(all['sdb']).toEqual([
    'in-use: sdb1 is part of RAID md0, part of LUKS safe, part of LVM vg-data, mounted on /srv/data',
  ]);
  // None of these is a disk of its own.
  expect(all['dm-1']?.map((text) => text.split(':')[0])).toEqual(['in-use', 'not-a-disk']);
  const root = mounts.replace('/srv/data', '/usr');
  expect(verdicts([held, ...above], { 'proc/self/mountinfo': root })['sdb']?.[0]).toMatch(/^system-disk: /);
});

test('the stick that a live system was started from is its disk, through the overlay', () => {
  const mounts = [
    '20 1 0:30 / / rw - overlay overlay rw,lowerdir=/medium/livefs,upperdir=/cow/upper,workdir=/cow/work',
    '21 20 8:17 / /medium ro - iso9660 /dev/sdb1 ro',
    '22 20 0:31 / /cow rw - tmpfs tmpfs rw',
  ].join('\n');
  expect(verdicts([stick], { 'proc/self/mountinfo': mounts })['sdb']).toEqual([
    'system-disk: this system runs from it: sdb1 is mounted on /medium',
  ]);
});

test('a stick that a loop device shows is in use', () => {
  const loop = {
    folder: 'virtual/block/loop3',
    number: '7:3',
    size: 4096,
    files: { 'loop/backing_file': '/dev/sdb\n' },
  };
  expect(verdicts([stick, loop])['sdb']).toEqual(['in-use: sdb is shown by the loop device loop3']);
});

const luks = Buffer.alloc(4096);
luks.set(Buffer.from('LUKS\xba\xbe\0\x02', 'latin1'));

test('something encrypted that is not open goes only when asked for', () => {
  const locked = { ...stick, partitions: [{ ...stick.partitions![0]!, content: luks }] };
  expect(verdicts([locked])['sdb']).toEqual(['member: sdb1 holds something encrypted (LUKS)']);
  expect(verdicts([locked], {}, { fixed: false, members: true })['sdb']).toEqual([]);
  const record = { 'run/udev/data/b8:17': 'E:ID_FS_TYPE=zfs_member\n' };
  const { name, number, size } = stick.partitions![0]!;
  expect(verdicts([{ ...stick, partitions: [{ name, number, size }] }], record)['sdb']).toEqual([
    'member: sdb1 holds a part of a ZFS pool',
  ]);
});

test.each<[string, Partial<ShownDevice>, string]>([
  ['too small', { size: 2 ** 27 / 512 }, 'too-small: it has 128.0 MiB; the image needs 256.0 MiB'],
  [
    'too small by a sector',
    { size: 2 ** 28 / 512 - 1 },
    'too-small: it has 256.0 MiB; the image needs 256.0 MiB',
  ],
  ['a reader without a card', { size: 0 }, 'no-medium: no medium is in it'],
  ['write-protected', { files: { ...stick.files, ro: '1\n' } }, 'write-protected: it is write-protected'],
  [
    'with other sectors',
    { files: { ...stick.files, 'queue/logical_block_size': '4096\n' } },
    "sector-size: its sectors have 4096 bytes; the image's partition table is made for 512, and would not be found",
  ],
])('a stick that cannot take it is refused: %s', (_, change, reason) => {
  const [found, ...more] = verdicts([{ ...stick, ...change }])['sdb']!;
  expect(more).toEqual([]);
  if (reason.endsWith('256.0 MiB') && reason.includes('has 256.0'))
    expect(found).toBe('too-small: it has 268434944 bytes; the image needs 268435456 bytes');
  else expect(found).toBe(reason);
});

test('built-in disks go only when asked for; cards are removable, soldered ones are not', () => {
  const nvme = {
    folder: 'pci0000:00/0000:00:1d.0/0000:3d:00.0/nvme/nvme0/nvme0n1',
    number: '259:0',
    size: 2 ** 21,
    files: {
      'device/model': 'WDC PC SN730\n',
      'device/serial': '20123A800000        \n',
      wwid: 'eui.e8238fa6bf530001\n',
    },
  };
  const card = (name: string, type: string): ShownDevice => ({
    folder: `pci0000:00/0000:00:1e.4/mmc_host/mmc0/mmc0:aaaa/block/${name}`,
    number: name === 'mmcblk0' ? '179:0' : '179:8',
    size: 2 ** 21,
    files: { 'device/type': `${type}\n`, 'device/name': 'SD16G\n', 'device/serial': '0x1f2e3d4c\n' },
  });
  const devices = [nvme, card('mmcblk0', 'SD'), card('mmcblk1', 'MMC')];
  expect(verdicts(devices)).toEqual({
    nvme0n1: ['fixed-disk: it is built in, not removable'],
    mmcblk0: [],
    mmcblk1: ['fixed-disk: it is built in, not removable'],
  });
  expect(verdicts(devices, {}, { fixed: true, members: false })['nvme0n1']).toEqual([]);
  const [shown] = readDevices(machine([nvme]));
  expect(deviceLine(shown!)).toBe('/dev/nvme0n1  1.0 GiB  NVMe  WDC PC SN730  serial 20123A800000  built in');
});

test('a device without a serial number is known by what its maker named it, or by its socket', () => {
  const usb = { ...stick, above: { 6: { idVendor: '0781' } } };
  const [wwn] = readDevices(machine([{ ...usb, files: { ...usb.files, 'device/wwid': 'naa.5002538d\n' } }]));
  expect(wwn?.identity).toEqual({ kind: 'wwn', value: 'naa.5002538d' });
  const [socket] = readDevices(
    machine([usb], { 'run/udev/data/b8:16': 'E:ID_PATH=pci-0000:00:14.0-usb-0:2:1.0\n' }),
  );
  expect(socket?.identity).toEqual({ kind: 'path', value: 'pci-0000:00:14.0-usb-0:2:1.0' });
  // Makers that count nothing write zeros.
  const zeros = { ...usb, above: { 6: { idVendor: '0781', serial: '000000000000' } } };
  expect(readDevices(machine([zeros]))[0]?.identity).toBeUndefined();
});

test('memory, CD drives and loop devices that show nothing are no disks', () => {
  const others = ['zram0', 'ram0', 'sr0', 'loop0'].map((name, i) => ({
    ...{ folder: `virtual/block/${name}`, number: `1:${i}`, size: name === 'loop0' ? 0 : 2048 },
  }));
  expect(readDevices(machine(others))).toEqual([]);
});

test('the file system of a whole disk, without partitions, is shown', () => {
  const whole = { ...stick, partitions: [] };
  const [device] = readDevices(machine([{ ...whole, content: ext4('BACKUP') }]));
  expect(contentLines(device!)).toEqual(['sdb  29.0 GiB  ext4  BACKUP']);
  expect(contentLines(readDevices(machine([whole]))[0]!)).toEqual(['nothing known is on it']);
});

test("this machine's own root is never offered", () => {
  const refused = readDevices().filter(({ parts }) => parts.some(({ system }) => system));
  for (const device of refused)
    expect(refusals(device, needs, { fixed: true, members: true }).map(({ code }) => code)).toContain(
      'system-disk',
    );
});
