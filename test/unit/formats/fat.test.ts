import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type FatEntry, readFat } from '../../../src/formats/fat.ts';
import { findProgram, run } from '../../../src/sys/run.ts';
import { strictReader, workFolder } from './disks.ts';

const path = workFolder();
const missing = findProgram('mkfs.fat') === undefined || findProgram('mcopy') === undefined;
const mib = 1024 ** 2;

const kinds = [
  { bits: 12, bytes: 2 * mib, cluster: 1 },
  { bits: 16, bytes: 32 * mib, cluster: 4 },
  { bits: 32, bytes: 40 * mib, cluster: 1 },
] as const;

async function fatWith(name: string, kind: (typeof kinds)[number]): Promise<Buffer> {
  const file = path(name);
  writeFileSync(file, '');
  truncateSync(file, kind.bytes);
  const options = ['-F', String(kind.bits), '-s', String(kind.cluster), '-i', '1234abcd', '-n', 'TRIAL'];
  await run(['mkfs.fat', ...options, file]);
  const mtools = (...argv: string[]) => run(argv, { env: { MTOOLSRC: '/dev/null', MTOOLS_SKIP_CHECK: '1' } });
  writeFileSync(path('one'), Buffer.alloc(5000, 'one '));
  writeFileSync(path('two'), Buffer.alloc(200_000, 'two '));
  await mtools('mmd', '-i', file, '::/boot', '::/boot/a folder with a long name');
  await mtools('mcopy', '-i', file, path('one'), '::/gone');
  await mtools('mcopy', '-i', file, path('one'), '::/boot/README.TXT');
  await mtools('mdel', '-i', file, '::/gone');
  // Takes the place of the one that is gone, and what is left of it elsewhere.
  await mtools('mcopy', '-i', file, path('two'), '::/boot/a folder with a long name/Grüße, 世界.data');
  return readFileSync(file);
}

function contents(image: Buffer, entry: FatEntry | undefined): Buffer {
  const parts = (entry?.extents ?? []).map(({ from, to }) => image.subarray(from, to));
  return Buffer.concat(parts).subarray(0, entry?.size);
}

describe.skipIf(missing)('a FAT file system that mkfs.fat and mtools made (needs dosfstools, mtools)', () => {
  it.each(kinds)('of $bits bits is read', async (kind) => {
    const image = await fatWith(`fat${kind.bits}`, kind);
    const volume = readFat(strictReader(image));
    expect(volume).toMatchObject({ bits: kind.bits, label: 'TRIAL', serial: '1234abcd' });
    expect(volume.entries.map((entry) => [entry.type, entry.path])).toEqual([
      ['dir', 'boot'],
      ['dir', 'boot/a folder with a long name'],
      ['file', 'boot/a folder with a long name/Grüße, 世界.data'],
      ['file', 'boot/README.TXT'],
    ]);
    const [, , two, one] = volume.entries;
    // With 32 bits the file system remembers where nothing was ever.
    if (kind.bits !== 32) expect(two?.extents.length).toBeGreaterThan(1);
    expect(contents(image, two).equals(readFileSync(path('two')))).toBe(true);
    expect(contents(image, one).equals(readFileSync(path('one')))).toBe(true);
  });

  it.each(kinds)('of $bits bits is whole with nothing but what is in use', async (kind) => {
    const file = path(`used${kind.bits}`);
    const image = await fatWith(`used${kind.bits}`, kind);
    const { used } = readFat(strictReader(image));
    expect(used).toBeLessThan(kind.bytes / 2);
    writeFileSync(file, Buffer.from(image).fill(0xa5, used));
    await run(['fsck.fat', '-n', file]);
    const { stdout } = await run(['mtype', '-i', file, '::/boot/README.TXT'], {
      env: { MTOOLSRC: '/dev/null' },
    });
    expect(stdout).toBe(readFileSync(path('one'), 'utf8'));
  });

  it('whose chain of clusters has no end is refused', async () => {
    const image = await fatWith('loop', kinds[1]);
    const entry = readFat(strictReader(image)).entries.at(-1);
    const boot = { reserved: image.readUInt16LE(14) * 512, table: image.readUInt16LE(22) * 512 };
    const dataAt = boot.reserved + 2 * boot.table + 512 * 32;
    const cluster = ((entry?.extents[0]?.from ?? 0) - dataAt) / 2048 + 2;
    image.writeUInt16LE(cluster, boot.reserved + cluster * 2);
    expect(() => readFat(strictReader(image))).toThrow('has no end');
  });
});

it('what is no FAT file system is refused', () => {
  expect(() => readFat(strictReader(Buffer.alloc(1024)))).toThrow('there is no FAT file system');
});
