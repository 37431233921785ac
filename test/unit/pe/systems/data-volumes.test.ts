import { describe, expect, test } from 'vitest';
import type { Superblock } from '../../../../src/base/superblock.ts';
import {
  type Candidate,
  choose,
  fullProblem,
  isFullProblem,
  kernelReason,
  parseWish,
  sataPending,
  spaceIn,
  usualWish,
  wishText,
} from '../../../../src/pe/lib/systems/data-volumes.ts';

const ext4: Superblock = {
  type: 'ext4',
  label: 'DISKBIOS-DATA',
  uuid: 'aaaa-1',
  hasErrors: false,
  needsReplay: false,
  projectQuota: false,
  bytes: 0,
  disks: 1,
};
const disk = (device: string, over: Partial<Superblock> = {}): Candidate => ({
  device,
  superblock: { ...ext4, ...over },
  writeProtected: false,
});

test.each([
  ['LABEL=A B', { kind: 'label', value: 'A B' }],
  ['UUID=12-34', { kind: 'uuid', value: '12-34' }],
  ['/dev/mapper/x', { kind: 'device', value: '/dev/mapper/x' }],
  ['none', { kind: 'none' }],
  ['LABEL=', undefined],
  ['sda', undefined],
  ['/dev/../etc', undefined],
])('parseWish %s', (text, wish) => {
  const found = parseWish(text);
  expect(found).toEqual(wish);
  if (found !== undefined) expect(wishText(found)).toBe(text);
});

describe('choose', () => {
  test('the one that carries the label', () => {
    const wanted = disk('/dev/vdb1');
    expect(choose(usualWish, [disk('/dev/vda1', { label: 'root' }), wanted])).toEqual({
      kind: 'found',
      candidate: wanted,
    });
    expect(choose(usualWish, [disk('/dev/vda1', { label: 'root' })])).toEqual({ kind: 'absent' });
  });

  test('an id in any case, a device', () => {
    expect(choose({ kind: 'uuid', value: 'AAAA-1' }, [disk('/dev/vda')]).kind).toBe('found');
    expect(choose({ kind: 'device', value: '/dev/vdb' }, [disk('/dev/vda'), disk('/dev/vdb')])).toMatchObject(
      {
        candidate: { device: '/dev/vdb' },
      },
    );
  });

  test('of two with one label none, with what to do', () => {
    const choice = choose(usualWish, [disk('/dev/vda1'), disk('/dev/vdb1', { uuid: 'bbbb-2' })]);
    expect(choice).toEqual({
      kind: 'refused',
      problem:
        'LABEL=DISKBIOS-DATA is on 2 disks, /dev/vda1 (UUID=aaaa-1), /dev/vdb1 (UUID=bbbb-2): none of them is used; detach all but one, or name one on the kernel command line: diskbios.data=UUID=aaaa-1',
    });
  });

  test('a copy of a disk cannot be told by its id', () => {
    const choice = choose({ kind: 'uuid', value: 'aaaa-1' }, [disk('/dev/vda1'), disk('/dev/vdb1')]);
    expect(choice).toMatchObject({
      kind: 'refused',
      problem: expect.stringContaining('diskbios.data=/dev/vda1') as string,
    });
  });

  test.each([
    [{ type: 'crypto_LUKS' }, 'systemx unlock'],
    [{ type: 'vfat' }, 'cannot keep systems'],
    [{ type: 'btrfs', disks: 2 }, 'a btrfs on 2 disks'],
  ] as const)('%o is refused', (over, words) => {
    expect(choose(usualWish, [disk('/dev/vda1', over)])).toMatchObject({
      kind: 'refused',
      problem: expect.stringContaining(words) as string,
    });
  });
});

// Lines of Debian's kernel 6.12.
const log = `<6>[    1.9] ata1: SATA max UDMA/133 abar m4096@0x1 port 0x100 irq 29
[    1.9] ata2: SATA max UDMA/133 abar m4096@0x1 port 0x180 irq 29
[    2.2] ata2: SATA link down (SStatus 0 SControl 300)
[    2.3] ata1: SATA link up 1.5 Gbps (SStatus 113 SControl 300)
[    2.3] ata1.00: ATA-7: QEMU HARDDISK, 2.5+, max UDMA/100
[    2.4] sd 0:0:0:0: [sda] Attached SCSI disk
[    5.0] EXT4-fs (vda1): mounted filesystem
[    6.0] EXT4-fs (vda): VFS: Can't find ext4 filesystem
[    6.1] EXT4-fs (sda1): ext4_check_descriptors: Checksum for group 0 failed (1!=2)
[    6.1] EXT4-fs (sda1): group descriptors corrupted!`;

test('kernelReason is the last complaint about that very device', () => {
  expect(kernelReason(log, '/dev/sda1')).toBe('group descriptors corrupted!');
  expect(kernelReason(log, '/dev/vda')).toBe("VFS: Can't find ext4 filesystem");
  expect(kernelReason(log, '/dev/vda1')).toBeUndefined();
});

test('sataPending: until each port has spoken and each disk is there', () => {
  const lines = log.split('\n');
  const upTo = (count: number): boolean => sataPending(lines.slice(0, count).join('\n'));
  expect([1, 2, 3, 4, 5, 6].map(upTo)).toEqual([true, true, true, false, true, false]);
  expect(sataPending('')).toBe(false);
});

describe('a volume that is full', () => {
  const [mib, gib] = [1024 ** 2, 1024 ** 3];
  const printed = `Filesystem 1024-blocks Used Available Capacity Mounted on
/dev/vda 57060 52000 512 99% /run/diskbios/volumes/0
`;

  test('is known by what df prints', () => {
    expect(spaceIn(printed)).toEqual({ size: 57060 * 1024, free: 512 * 1024 });
    expect(spaceIn('df: /nowhere: No such file or directory')).toBeUndefined();
    expect(fullProblem('/dev/vda', spaceIn(printed)!)).toBe(
      'the data volume /dev/vda is full: 512.0 KiB of 55.7 MiB are free; systemx list --disk tells what systems take',
    );
  });

  test.each([
    [64 * mib, mib - 1, true],
    [64 * mib, mib, false],
    [2 * gib, 10 * mib, true],
    [4096 * gib, 16 * mib, false],
  ])('of %d bytes %d are free: %s', (size, free, full) => {
    const problem = fullProblem('/dev/vda', { size, free });
    expect(problem !== undefined).toBe(full);
    if (problem !== undefined) expect(isFullProblem(problem)).toBe(true);
  });
});
