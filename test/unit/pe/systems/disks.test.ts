import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 as zlibCrc32 } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { crc32 } from '../../../../src/base/crc.ts';
import { readSuperblock, superblockBytes } from '../../../../src/base/superblock.ts';
import { readPartitionTables } from '../../../../src/formats/partitions.ts';
import { contents, type Disk, diskProblem } from '../../../../src/pe/lib/systems/disks.ts';
import { gptPieces, partitionRange } from '../../../../src/pe/lib/systems/gpt.ts';

const dir = mkdtempSync(join(tmpdir(), 'diskbios-disks-'));
afterAll(() => {
  rmSync(dir, { recursive: true });
});
const program = (name: string): string | undefined =>
  ['/usr/sbin', '/sbin', '/usr/bin'].map((folder) => join(folder, name)).find((path) => existsSync(path));
const mebibyte = 1024 ** 2;

describe('gptPieces', () => {
  const ids = {
    diskId: '12345678-9abc-def0-1234-56789abcdef0',
    partitionId: 'fedcba98-7654-3210-fedc-ba9876543210',
  };

  const written = (size: number, sector: number): Buffer => {
    const disk = Buffer.alloc(size);
    for (const { at, bytes } of gptPieces({ size, sector, ...ids, name: 'DISKBIOS-DATA' }))
      disk.set(bytes, at);
    return disk;
  };

  test('one partition over the whole disk, at whole MiB', () => {
    const size = 100 * mebibyte + 512 * 7;
    const disk = written(size, 512);
    const { gpt, mbr } = readPartitionTables((at, length) => disk.subarray(at, at + length));
    expect(gpt).toEqual({
      guid: ids.diskId.toUpperCase(),
      end: size,
      partitions: [
        {
          number: 1,
          offset: mebibyte,
          bytes: 98 * mebibyte,
          type: '0FC63DAF-8483-4772-8E79-3D69D8477DE4',
          name: 'DISKBIOS-DATA',
          esp: false,
        },
      ],
    });
    expect(mbr?.partitions).toMatchObject([{ type: '0xee', offset: 512, bytes: size - 512 }]);
    expect(partitionRange({ size, sector: 512 })).toEqual({ from: mebibyte, to: 99 * mebibyte });
  });

  test.each([512, 4096])('sectors of %i bytes: both headers and tables have their checksums', (sector) => {
    const size = 80 * mebibyte;
    const disk = written(size, sector);
    const header = (at: number): { sums: boolean; own: number; other: number } => {
      const head = Buffer.from(disk.subarray(at, at + 92));
      const sum = head.readUInt32LE(16);
      head.writeUInt32LE(0, 16);
      const table = Number(head.readBigUInt64LE(72)) * sector;
      const sums =
        zlibCrc32(head) === sum &&
        zlibCrc32(disk.subarray(table, table + 128 * 128)) === head.readUInt32LE(88);
      return { sums, own: Number(head.readBigUInt64LE(24)), other: Number(head.readBigUInt64LE(32)) };
    };
    const last = size / sector - 1;
    expect(header(sector)).toEqual({ sums: true, own: 1, other: last });
    expect(header(last * sector)).toEqual({ sums: true, own: last, other: 1 });
  });

  test('before the last piece a disk has no table, whatever else is written', () => {
    const pieces = gptPieces({ size: 80 * mebibyte, sector: 512, ...ids, name: '' });
    expect(pieces.at(-1)?.at).toBe(0);
    expect(pieces.at(-2)?.at).toBe(512);
  });

  test.skipIf(program('blkid') === undefined)('blkid takes it', () => {
    const file = join(dir, 'gpt.img');
    writeFileSync(file, written(80 * mebibyte, 512));
    const out = execFileSync(program('blkid') ?? '', ['-p', '-o', 'export', file], { encoding: 'utf8' });
    expect(out).toContain('PTTYPE=gpt');
    expect(out).toContain(`PTUUID=${ids.diskId}`);
  });

  test('crc32', () => {
    expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
  });
});

describe('readSuperblock', () => {
  const read = (file: string) => readSuperblock(readFileSync(file).subarray(0, superblockBytes));
  const image = (name: string, size: number): string => {
    const file = join(dir, name);
    writeFileSync(file, '');
    truncateSync(file, size);
    return file;
  };

  test.skipIf(program('mke2fs') === undefined)('ext4, as mke2fs makes it', () => {
    const file = image('ext4.img', 16 * mebibyte);
    const uuid = 'd0a2b3c4-1111-2222-3333-444455556666';
    execFileSync(program('mke2fs') ?? '', ['-q', '-t', 'ext4', '-L', 'DISKBIOS-DATA', '-U', uuid, file]);
    expect(read(file)).toEqual({
      type: 'ext4',
      label: 'DISKBIOS-DATA',
      uuid,
      hasErrors: false,
      needsReplay: false,
      projectQuota: false,
      bytes: 16 * mebibyte,
      disks: 1,
    });
    const bytes = readFileSync(file);
    bytes.writeUInt16LE(2, 1024 + 58);
    bytes.writeUInt32LE(bytes.readUInt32LE(1024 + 96) | 4, 1024 + 96);
    expect(readSuperblock(bytes)).toMatchObject({ hasErrors: true, needsReplay: true });
    bytes.writeUInt32LE(bytes.readUInt32LE(1024 + 96) | 8, 1024 + 96);
    expect(readSuperblock(bytes)).toBeUndefined();
  });

  const at = (size: number, ...parts: readonly (readonly [number, string | readonly number[]])[]): Buffer => {
    const bytes = Buffer.alloc(size);
    for (const [offset, text] of parts)
      bytes.set(typeof text === 'string' ? Buffer.from(text, 'latin1') : text, offset);
    return bytes;
  };

  test.each([
    [
      'btrfs',
      at(
        superblockBytes,
        [65_536 + 64, '_BHRfS_M'],
        [65_536 + 299, 'data'],
        [65_536 + 112, [0, 0, 0, 0, 3]],
        [65_536 + 136, [2]],
        [65_536 + 32, [1, 2]],
      ),
      {
        type: 'btrfs',
        label: 'data',
        disks: 2,
        bytes: 3 * 2 ** 32,
        uuid: '01020000-0000-0000-0000-000000000000',
      },
    ],
    ['XFS', at(4096, [0, 'XFSB'], [108, 'LABEL12CHARS']), { type: 'xfs', label: 'LABEL12CHARS' }],
    [
      'FAT32',
      at(4096, [82, 'FAT32   '], [71, 'STICK      '], [67, [0x78, 0x56, 0x34, 0x12]], [510, [0x55, 0xaa]]),
      { type: 'vfat', label: 'STICK', uuid: '1234-5678' },
    ],
    [
      'LUKS2',
      at(4096, [0, 'LUKS\u00ba\u00be'], [6, [0, 2]], [24, 'DISKBIOS-DATA'], [168, 'abcd-ef']),
      { type: 'crypto_LUKS', label: 'DISKBIOS-DATA', uuid: 'abcd-ef' },
    ],
    [
      'a member of a RAID, of version 1.2',
      at(8192, [4096, [0xfc, 0x4e, 0x2b, 0xa9]], [4096 + 32, 'box:0'], [4096 + 16, [1, 2]]),
      { type: 'linux_raid_member', label: 'box:0', uuid: '01020000-0000-0000-0000-000000000000' },
    ],
    ['swap', at(4096, [4086, 'SWAPSPACE2'], [1052, 'SWAP']), { type: 'swap', label: 'SWAP' }],
    ['LVM', at(4096, [512, 'LABELONE'], [536, 'LVM2 001']), { type: 'LVM2_member' }],
    [
      'a CD',
      at(superblockBytes, [32_769, 'CD001'], [32_808, 'DISKBIOS        ']),
      { type: 'iso9660', label: 'DISKBIOS' },
    ],
  ])('%s', (_, bytes, expected) => {
    expect(readSuperblock(bytes)).toMatchObject(expected);
  });

  test.each([
    ['nothing', 0],
    ['zeros', superblockBytes],
    ['a short disk', 700],
  ])('%s is no file system', (_, size) => {
    expect(readSuperblock(Buffer.alloc(size))).toBeUndefined();
  });
});

describe('diskProblem', () => {
  const part = { device: '/dev/sda1', size: mebibyte, superblock: undefined, usedBy: [] };
  const disk: Disk = {
    ...{
      device: '/dev/sda',
      size: 1024 * mebibyte,
      sector: 512,
      model: 'Disk',
      serial: '',
      removable: false,
    },
    ...{ writeProtected: false, parts: [part] },
  };
  const iso = readSuperblock(Buffer.alloc(superblockBytes).fill('CD001', 32_769, 32_774));

  test.each([
    ['', disk, undefined],
    ['mounted', { ...disk, parts: [{ ...part, usedBy: ['/hd'] }] }, 'it is in use: /dev/sda1 by /hd'],
    [
      'part of something',
      { ...disk, parts: [{ ...part, usedBy: ['dm-0'] }] },
      'it is in use: /dev/sda1 by dm-0',
    ],
    ['write-protected', { ...disk, writeProtected: true }, 'it is write-protected'],
    ['small', { ...disk, size: 20 * mebibyte }, 'it is smaller than 64 MiB'],
    [
      'a boot medium',
      { ...disk, parts: [{ ...part, superblock: iso }] },
      /it is a boot medium, perhaps that of this PE/,
    ],
  ])('%s', (_, one, problem) => {
    if (problem instanceof RegExp) expect(diskProblem(one)).toMatch(problem);
    else expect(diskProblem(one)).toBe(problem);
  });

  test('contents', () => {
    expect(contents(part)).toBe('nothing known');
    expect(contents({ ...part, superblock: iso, usedBy: ['swap'] })).toBe('iso9660, used by swap');
  });
});
