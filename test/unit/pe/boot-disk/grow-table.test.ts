import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import {
  entryBytes,
  guidText,
  partitionTable,
  partitionTypes,
  protectiveMbr,
  tableBytes,
  usualHeaders,
  usualPlaces,
} from '../../../../src/base/gpt.ts';
import { type Growth, headBytes, planGrowth } from '../../../../src/pe/lib/boot-disk/grow-table.ts';
import { findProgram, run } from '../../../../src/sys/run.ts';

const mib = 1024 ** 2;
const dir = mkdtempSync(join(tmpdir(), 'diskbios-grow-'));
afterAll(() => {
  rmSync(dir, { recursive: true });
});

const names = ['DISKBIOS-BIOS', 'DISKBIOS-ESP', 'DISKBIOS-A', 'DISKBIOS-B', 'DISKBIOS-DATA'];
const data = names.length;

/** A disk with partitions of 1 MiB each, the last one up to the end, on a device of `to` bytes. */
function diskOf(sector: number, from: number, to: number, partitions = names): Buffer {
  const geometry = { sector, sectors: from / sector };
  const places = usualPlaces(geometry);
  const perMib = mib / sector;
  const table = partitionTable(
    partitions.map((name, n) => ({
      ...{ name, type: partitionTypes.linuxData, guid: `00000000-0000-0000-0000-00000000000${n}` },
      first: (n + 1) * perMib,
      last: name === 'DISKBIOS-DATA' ? from / sector - perMib - 1 : (n + 2) * perMib - 1,
    })),
  );
  const { header, copy } = usualHeaders(geometry, '7B3C1E52-9A40-8D6F-8123-456789ABCDEF', table);
  const disk = Buffer.alloc(to);
  const mbr = protectiveMbr(geometry.sectors, sector);
  mbr.fill(0x90, 0, 440);
  for (const [at, bytes] of [
    [0, mbr],
    [places.header, header],
    [places.tableAt, table],
    [places.copyTableAt, table],
    [places.copy, copy],
  ] as const)
    disk.set(bytes, at * sector);
  return disk;
}

const plan = (disk: Buffer, sector: number): Growth =>
  planGrowth(disk.subarray(0, headBytes(sector)), { sector, sectors: disk.length / sector }, data);

/** What Linux finds with the header in `at`: where each partition ends, `undefined` where header or table are damaged. */
function ends(disk: Buffer, sector: number, at: number): readonly number[] | undefined {
  const head = Buffer.from(disk.subarray(at * sector, at * sector + 92));
  const sum = head.readUInt32LE(16);
  head.writeUInt32LE(0, 16);
  if (head.toString('latin1', 0, 8) !== 'EFI PART' || crc32(head) !== sum) return undefined;
  if (Number(head.readBigUInt64LE(24)) !== at) return undefined;
  const from = Number(head.readBigUInt64LE(72)) * sector;
  const table = disk.subarray(from, from + tableBytes);
  if (crc32(table) !== head.readUInt32LE(88)) return undefined;
  return names.map((_, n) => (Number(table.readBigUInt64LE(n * entryBytes + 40)) + 1) * sector);
}

function apply(disk: Buffer, growth: Growth, most = Infinity): void {
  if (growth.kind !== 'grow') return;
  for (const { at, bytes } of growth.pieces.slice(0, most)) disk.set(bytes, at);
}

describe.each([512, 4096])('with sectors of %i bytes', (sector) => {
  const [small, large] = [7 * mib, 10 * mib];
  const fresh = (): Buffer => diskOf(sector, small, large);
  const grownEnds = [2, 3, 4, 5, 9].map((end) => end * mib);
  const oldEnds = [2, 3, 4, 5, 6].map((end) => end * mib);

  test('the last partition reaches to the end, and the copy of the table lies there', () => {
    const disk = fresh();
    const growth = plan(disk, sector);
    expect(growth).toMatchObject({ kind: 'grow', bytes: 4 * mib });
    apply(disk, growth);
    const copy = large / sector - 1;
    expect(ends(disk, sector, 1)).toEqual(grownEnds);
    expect(ends(disk, sector, copy)).toEqual(grownEnds);
    const header = disk.subarray(sector);
    expect(Number(header.readBigUInt64LE(32))).toBe(copy);
    expect(Number(header.readBigUInt64LE(72))).toBe(2);
    expect(guidText(header.subarray(56, 72))).toBe('7B3C1E52-9A40-8D6F-8123-456789ABCDEF');
    expect(disk.readUInt32LE(458)).toBe(large / sector - 1);
    expect(disk.subarray(0, 440).every((byte) => byte === 0x90)).toBe(true);
    expect(plan(disk, sector)).toEqual({ kind: 'none' });
  });

  test('after each write a whole table is found first, the old or the new one, and the next run finishes', () => {
    const { pieces } = plan(fresh(), sector) as Growth & { kind: 'grow' };
    expect(pieces.length).toBeGreaterThan(5);
    const seen = new Set<string>();
    for (let cut = 0; cut <= pieces.length; cut += 1) {
      const disk = fresh();
      apply(disk, plan(disk, sector), cut);
      const found = ends(disk, sector, 1);
      seen.add(JSON.stringify(found));
      expect([oldEnds, grownEnds]).toContainEqual(found);
      // Once the new table counts, so does its copy.
      if (JSON.stringify(found) === JSON.stringify(grownEnds))
        expect(ends(disk, sector, large / sector - 1)).toEqual(grownEnds);
      apply(disk, plan(disk, sector));
      expect(ends(disk, sector, 1)).toEqual(grownEnds);
      expect(ends(disk, sector, large / sector - 1)).toEqual(grownEnds);
      expect(disk.readBigUInt64LE(sector + 72)).toBe(2n);
      expect(plan(disk, sector)).toEqual({ kind: 'none' });
    }
    expect(seen.size).toBe(2);
  });

  test('a write that is torn anywhere between two sectors does no harm either', () => {
    const { pieces } = plan(fresh(), sector) as Growth & { kind: 'grow' };
    for (const [n, { at, bytes }] of pieces.entries()) {
      for (let part = sector; part < bytes.length; part += sector) {
        for (const [from, to] of [
          [0, part],
          [part, bytes.length],
        ]) {
          const disk = fresh();
          apply(disk, plan(disk, sector), n);
          disk.set(bytes.subarray(from, to), at + (from ?? 0));
          expect([oldEnds, grownEnds]).toContainEqual(ends(disk, sector, 1));
          apply(disk, plan(disk, sector));
          expect(ends(disk, sector, 1)).toEqual(grownEnds);
        }
      }
    }
  });

  test('a disk that has grown once more in the middle of it is finished, too', () => {
    const { pieces } = plan(fresh(), sector) as Growth & { kind: 'grow' };
    for (let cut = 0; cut <= pieces.length; cut += 1) {
      const start = fresh();
      apply(start, plan(start, sector), cut);
      const larger = Buffer.concat([start, Buffer.alloc(2 * mib)]);
      const next = plan(larger, sector) as Growth & { kind: 'grow' };
      for (let again = 0; again <= next.pieces.length; again += 1) {
        const disk = Buffer.from(larger);
        apply(disk, next, again);
        expect(ends(disk, sector, 1)?.slice(0, 4)).toEqual(oldEnds.slice(0, 4));
        apply(disk, plan(disk, sector));
        expect(ends(disk, sector, 1)?.at(-1)).toBe(11 * mib);
        expect(plan(disk, sector)).toEqual({ kind: 'none' });
      }
    }
  });

  test('a disk that is larger by less than 1 MiB has the copy of its table at its end', () => {
    const disk = diskOf(sector, small, small + sector);
    apply(disk, plan(disk, sector));
    expect(ends(disk, sector, 1)).toEqual(oldEnds);
    expect(ends(disk, sector, disk.length / sector - 1)).toEqual(oldEnds);
    expect(plan(disk, sector)).toEqual({ kind: 'none' });
  });

  test('one that is as large as its table says is left alone', () => {
    expect(plan(diskOf(sector, small, small), sector)).toEqual({ kind: 'none' });
  });

  test.each([
    ['no table', (disk: Buffer) => disk.fill(0, 0, mib), { kind: 'none' }],
    [
      'a damaged header',
      (disk: Buffer) => disk.writeUInt8(1, sector + 60),
      { kind: 'left', why: 'its partition table is damaged', damaged: true },
    ],
    [
      'a damaged table',
      (disk: Buffer) => disk.writeUInt8(1, 2 * sector + 8 * entryBytes - 1),
      { kind: 'left', why: 'its partition table is damaged', damaged: true },
    ],
  ])('%s: nothing is written', (_, damage, expected) => {
    const disk = fresh();
    damage(disk);
    expect(plan(disk, sector)).toEqual(expected);
  });

  test('a disk without the other partitions is not ours', () => {
    const disk = diskOf(sector, small, large, ['DISKBIOS-DATA']);
    expect(planGrowth(disk, { sector, sectors: large / sector }, 1)).toEqual({ kind: 'none' });
  });

  test('a partition behind the data is named', () => {
    const disk = fresh();
    const places = usualPlaces({ sector, sectors: small / sector });
    const table = partitionTable(
      [...names, 'swap'].map((name, n) => ({
        ...{ name, type: partitionTypes.linuxData, guid: '00000000-0000-0000-0000-000000000001' },
        first: (n + 1) * (mib / sector),
        last: (n + 2) * (mib / sector) - 1,
      })),
    );
    const { header } = usualHeaders({ sector, sectors: small / sector }, '0'.repeat(32), table);
    disk.set(header, sector);
    disk.set(table, places.tableAt * sector);
    const why = 'partition 6 (swap) lies behind DISKBIOS-DATA';
    expect(plan(disk, sector)).toEqual({ kind: 'left', why, damaged: false });
  });

  test('a disk that is shorter than its partitions is told of', () => {
    const disk = fresh().subarray(0, 6 * mib);
    expect(plan(disk, sector)).toMatchObject({ kind: 'left', damaged: true });
  });
});

const programs: readonly (readonly [string, string])[] = [
  ['sfdisk', 'No errors detected'],
  ['sgdisk', 'No problems found'],
];
test.each(programs.filter(([name]) => findProgram(name) !== undefined))(
  '%s finds no mistake in it',
  async (name, praise) => {
    const file = join(dir, `${name}.img`);
    const disk = diskOf(512, 7 * mib, 10 * mib);
    apply(disk, plan(disk, 512));
    writeFileSync(file, disk);
    expect((await run([name, '--verify', file])).stdout).toContain(praise);
  },
);

test.skipIf(findProgram('sfdisk') === undefined)('sfdisk finds all partitions after each write', async () => {
  const { pieces } = plan(diskOf(512, 7 * mib, 10 * mib), 512) as Growth & { kind: 'grow' };
  const file = join(dir, 'cut.img');
  for (let cut = 0; cut <= pieces.length; cut += 1) {
    const disk = diskOf(512, 7 * mib, 10 * mib);
    apply(disk, plan(disk, 512), cut);
    writeFileSync(file, disk);
    const { partitiontable } = JSON.parse((await run(['sfdisk', '--json', file])).stdout) as {
      partitiontable: { partitions: readonly { name: string }[] };
    };
    expect(partitiontable.partitions.map(({ name }) => name)).toEqual(names);
  }
});
