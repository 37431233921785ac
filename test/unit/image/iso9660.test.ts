import { describe, expect, it } from 'vitest';
import { readBootCatalogue } from '../../../src/formats/el-torito.ts';
import { readEntries, readVolume } from '../../../src/formats/iso9660.ts';
import { readPartitionTables } from '../../../src/formats/partitions.ts';
import { readBuffer } from '../../../src/formats/read-at.ts';
import { tinyIso } from '../../helpers/tiny-iso.ts';
import { xorrisoImage } from './fixture.ts';

const image = xorrisoImage();
const read = readBuffer(image);
const volume = readVolume(read);
const entries = readEntries(read, volume);
const find = (path: string) => entries.find((entry) => entry.path === path);

describe('an ISO that xorriso wrote', () => {
  it('has its volume descriptors read', () => {
    expect(volume).toMatchObject({
      label: 'EXAMPLE',
      application: 'EXAMPLE 1.0',
      created: Date.UTC(2023, 10, 14, 22, 13, 20) / 1000,
      bytes: image.length,
      joliet: true,
    });
  });

  it('has files with Rock Ridge names, modes and contents', () => {
    const deep = find('a/b/c/d/e/f/g/h/i/deep.txt');
    expect(deep).toMatchObject({ type: 'file', size: 5, mode: 0o640 });
    expect(image.toString('latin1', deep?.offset, (deep?.offset ?? 0) + 5)).toBe('deep\n');
    expect(find(`name with spaces/${'long-'.repeat(45)}`)).toMatchObject({ type: 'file', size: 5 });
    expect(find('a/b/c')).toMatchObject({ type: 'dir' });
  });

  it('has symbolic links, short, absolute and longer than a record', () => {
    expect(find('a/link')?.target).toBe('../boot/vmlinuz');
    expect(find('absolute')?.target).toBe('/etc/passwd');
    expect(find('here')?.target).toBe('.');
    expect(find('a/longlink')?.target).toBe(Array.from({ length: 5 }, () => 'x'.repeat(60)).join('/'));
  });

  it('has a boot catalogue for BIOS and UEFI', () => {
    const boots = readBootCatalogue(read, volume.bootCatalogue ?? 0);
    expect(boots.map(({ platform, bootable, emulation }) => ({ platform, bootable, emulation }))).toEqual([
      { platform: 'bios', bootable: true, emulation: 'none' },
      { platform: 'uefi', bootable: true, emulation: 'none' },
    ]);
    expect(boots[0]?.offset).toBe(find('boot/grub/eltorito.img')?.offset);
  });

  it('has an MBR with boot code and a GPT with an EFI system partition', () => {
    const { mbr, gpt } = readPartitionTables(read);
    expect(mbr?.bootCode).toBe(true);
    expect(gpt?.partitions.map(({ number, esp, bytes }) => ({ number, esp, bytes }))).toEqual([
      { number: 1, esp: false, bytes: expect.any(Number) as number },
      { number: 2, esp: true, bytes: 16384 },
    ]);
    expect(gpt?.end).toBe(image.length);
    expect(gpt?.guid).toMatch(/^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/);
  });
});

describe('damaged images', () => {
  it('says that a boot catalogue is damaged', () => {
    const broken = Buffer.from(image);
    broken[(volume.bootCatalogue ?? 0) * 2048 + 5] = 7;
    expect(() => readBootCatalogue(readBuffer(broken), volume.bootCatalogue ?? 0)).toThrow(
      /boot catalogue .* damaged/,
    );
  });

  it('does not run in circles where a folder holds itself', () => {
    const looped = tinyIso({ 'a/b': 'x' });
    const tiny = readVolume(readBuffer(looped));
    const start = tiny.root.sector * 2048;
    // The third record is the folder a; make it the root.
    let at = start;
    for (let n = 0; n < 2; n += 1) at += looped[at] ?? 0;
    looped.writeUInt32LE(tiny.root.sector, at + 2);
    expect(readEntries(readBuffer(looped), tiny).map((entry) => entry.path)).toEqual(['a']);
  });

  it('says that there is no ISO 9660 file system', () => {
    expect(() => readVolume(readBuffer(Buffer.alloc(100_000)))).toThrow(/no ISO 9660/);
  });
});

describe('a tiny ISO', () => {
  it('is read without partitions and boot catalogue', () => {
    const tiny = tinyIso({ 'a/b.txt': 'hello', c: Buffer.alloc(5000) }, 'LITTLE');
    const of = readBuffer(tiny);
    const one = readVolume(of);
    expect(one).toMatchObject({ label: 'LITTLE', bootCatalogue: undefined, bytes: tiny.length });
    expect(readEntries(of, one).map(({ path, size }) => [path, size])).toEqual([
      ['a', 0],
      ['a/b.txt', 5],
      ['c', 5000],
    ]);
    expect(readPartitionTables(of)).toEqual({ mbr: undefined, gpt: undefined });
  });
});
