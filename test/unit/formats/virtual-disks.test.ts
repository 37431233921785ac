import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { crc32c } from '../../../src/formats/crc32c.ts';
import { fixIds } from '../../../src/formats/virtual-disks/ids.ts';
import { openVirtualDisk } from '../../../src/formats/virtual-disks/open.ts';
import { findProgram, run } from '../../../src/sys/run.ts';
import { strictReader, workFolder } from './disks.ts';

const path = workFolder();
const missing = findProgram('qemu-img') === undefined;
const bytes = 37 * 1024 ** 2;
const formats = [
  ['qcow2', 'qcow2', 'compat=1.1'],
  ['vmdk', 'vmdk', 'subformat=streamOptimized'],
  ['vdi', 'vdi', 'static=off'],
  ['vhd', 'vpc', 'subformat=dynamic,force_size=on'],
  ['vhdx', 'vhdx', 'subformat=dynamic,block_size=1048576,log_size=1048576'],
] as const;
const ids = {
  uuid: (what: string) =>
    `00112233-4455-8677-8899-${Buffer.from(what).toString('hex').padEnd(12, '0').slice(0, 12)}`,
  epoch: 1_735_689_600,
};

function fixed(format: (typeof formats)[number][0], made: Buffer): Buffer {
  const disk = Buffer.from(made);
  for (const piece of fixIds(format, strictReader(disk), ids)) piece.bytes.copy(disk, piece.at);
  return disk;
}

describe.skipIf(missing)('virtual disks that qemu-img writes (needs qemu-utils)', () => {
  beforeAll(() => {
    const raw = Buffer.alloc(bytes);
    for (const at of [0, 65_536 * 3 + 100, 5 * 1024 ** 2, 20 * 1024 ** 2 - 7, bytes - 300])
      raw.write(`data at ${at}`, at);
    for (let at = 8 * 1024 ** 2; at < 9 * 1024 ** 2; at += 4)
      raw.writeUInt32LE((at * 2_654_435_761) % 2 ** 32, at);
    writeFileSync(path('raw'), raw);
    truncateSync(path('raw'), bytes);
  });

  it.each(formats)(
    '%s: are the same each time when their ids are, and sound',
    async (format, name, options) => {
      const disks: Buffer[] = [];
      for (const nth of ['first', 'second']) {
        // A VMDK holds its own name.
        mkdirSync(path(nth), { recursive: true });
        const file = path(join(nth, `disk.${format}`));
        await run([
          'qemu-img',
          'convert',
          '-m',
          '1',
          '-f',
          'raw',
          '-O',
          name,
          '-o',
          options,
          path('raw'),
          file,
        ]);
        disks.push(fixed(format, readFileSync(file)));
        writeFileSync(file, disks.at(-1) ?? '');
      }
      expect(disks[0]?.equals(disks[1] ?? Buffer.alloc(0))).toBe(true);
      const file = path(`first/disk.${format}`);
      await run(['qemu-img', 'compare', '-f', 'raw', '-F', name, path('raw'), file]);
      // It cannot check a VHD.
      if (name !== 'vpc') await run(['qemu-img', 'check', '-f', name, file]);
    },
  );

  it.each(formats)('%s: read as the disk they were made of', (format, name) => {
    const file = readFileSync(path(`first/disk.${format}`));
    const disk = openVirtualDisk(strictReader(file), file.length);
    expect(disk).toMatchObject({ format: name, bytes });
    expect(disk?.read(0, bytes).equals(readFileSync(path('raw')))).toBe(true);
    expect(disk?.read(65_536 * 3 + 90, 40).toString('latin1')).toContain('data at 196708');
  });

  it.each(formats)('%s: bytes that are stored are changed where they are', async (format, name) => {
    const [file, raw] = [readFileSync(path(`first/disk.${format}`)), readFileSync(path('raw'))];
    const disk = openVirtualDisk(strictReader(file), file.length);
    // Over the border of two blocks, and again, shorter and longer.
    for (const [at, text] of [
      [8 * 1024 ** 2 + 65_536 - 100, 'over the border '.repeat(40)],
      [8 * 1024 ** 2 + 65_536 - 90, 'x'],
      [8 * 1024 ** 2 + 65_536 + 2000, 'a'.repeat(9000)],
      [
        8 * 1024 ** 2 + 65_536 + 2000,
        Buffer.from(raw).toString('base64', 8 * 1024 ** 2, 8 * 1024 ** 2 + 6000),
      ],
    ] as const) {
      const bytes = Buffer.from(text);
      for (const piece of disk?.change(at, bytes) ?? []) piece.bytes.copy(file, piece.at);
      bytes.copy(raw, at);
      expect(disk?.read(8 * 1024 ** 2, 1024 ** 2).equals(raw.subarray(8 * 1024 ** 2, 9 * 1024 ** 2))).toBe(
        true,
      );
    }
    writeFileSync(path(`changed.${format}`), file);
    writeFileSync(path('changed.raw'), raw);
    await run([
      'qemu-img',
      'compare',
      '-f',
      'raw',
      '-F',
      name,
      path('changed.raw'),
      path(`changed.${format}`),
    ]);
    if (name !== 'vpc') await run(['qemu-img', 'check', '-q', '-f', name, path(`changed.${format}`)]);
    expect(() => disk?.change(12 * 1024 ** 2, Buffer.from('x'))).toThrow(
      /cannot be written over: nothing is stored/,
    );
  });

  it('qcow2: what a snapshot has too, or what is packed, is not changed', async () => {
    const file = path('shared.qcow2');
    await run(['qemu-img', 'convert', '-f', 'raw', '-O', 'qcow2', path('raw'), file]);
    const change = (name: string) => {
      const bytesOf = readFileSync(name);
      return openVirtualDisk(strictReader(bytesOf), bytesOf.length)?.change(8 * 1024 ** 2, Buffer.from('x'));
    };
    expect(change(file)).toHaveLength(1);
    await run(['qemu-img', 'snapshot', '-c', 'before', file]);
    expect(() => change(file)).toThrow(/a snapshot/);
    await run(['qemu-img', 'convert', '-c', '-f', 'raw', '-O', 'qcow2', path('raw'), path('packed.qcow2')]);
    const packed = readFileSync(path('packed.qcow2'));
    const at = 5 * 1024 ** 2;
    const disk = openVirtualDisk(strictReader(packed), packed.length);
    expect(() => disk?.change(at, Buffer.from('x'))).toThrow(/compressed/);
  });

  it('qcow2: compressed ones are read too', async () => {
    await run(['qemu-img', 'convert', '-c', '-f', 'raw', '-O', 'qcow2', path('raw'), path('packed.qcow2')]);
    const file = readFileSync(path('packed.qcow2'));
    const disk = openVirtualDisk(strictReader(file), file.length);
    expect(disk?.read(0, bytes).equals(readFileSync(path('raw')))).toBe(true);
  });

  it('qcow2: one that stands on another file is refused', async () => {
    await run([
      'qemu-img',
      'create',
      '-q',
      '-f',
      'qcow2',
      '-b',
      path('raw'),
      '-F',
      'raw',
      path('over.qcow2'),
    ]);
    const file = readFileSync(path('over.qcow2'));
    expect(() => openVirtualDisk(strictReader(file), file.length)).toThrow('with a backing file');
  });
});

it('a VMDK’s content id is replaced whatever its length', () => {
  const made = ['7', '1234567', '89abcdef'].map((cid) => {
    const disk = Buffer.alloc(4096);
    disk.write('KDMV');
    disk.writeBigUInt64LE(1n, 28);
    disk.writeBigUInt64LE(2n, 36);
    disk.write(`# Disk DescriptorFile\nversion=1\nCID=${cid}\nparentCID=ffffffff\n`, 512);
    return fixed('vmdk', disk);
  });
  expect(made[0]?.toString('latin1', 512, 600)).toMatch(
    /^# .*\nversion=1\nCID=7[0-9a-f]{7}\nparentCID=ffffffff\n\0/,
  );
  expect(made[1]?.equals(made[0] ?? Buffer.alloc(0))).toBe(true);
  expect(made[2]?.equals(made[0] ?? Buffer.alloc(0))).toBe(true);
});

it('anything else is no virtual disk', () => {
  expect(openVirtualDisk(strictReader(Buffer.alloc(4096)), 4096)).toBeUndefined();
});

it('CRC-32C is that of RFC 3720', () => {
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
  expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
});
