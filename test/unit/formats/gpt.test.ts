import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { guidBytes, guidText, partitionTypes } from '../../../src/base/gpt.ts';
import { gptPieces, gptReserved } from '../../../src/formats/gpt.ts';
import { readPartitionTables } from '../../../src/formats/partitions.ts';
import { findProgram, run } from '../../../src/sys/run.ts';
import { strictReader, workFolder } from './disks.ts';

const path = workFolder();
const sectors = 20480;
const disk = {
  sectors,
  guid: '7B3C1E52-9A40-8D6F-8123-456789ABCDEF',
  partitions: [
    {
      ...{ type: partitionTypes.biosBoot, guid: '7B3C1E52-9A40-8D6F-8123-000000000001', name: 'BIOS' },
      ...{ firstSector: 2048, sectors: 2048 },
    },
    {
      ...{ type: partitionTypes.efiSystem, guid: '7B3C1E52-9A40-8D6F-8123-000000000002', name: 'Ünïcode' },
      ...{ firstSector: 4096, sectors: sectors - gptReserved.tail - 4096 },
    },
  ],
  bootCode: Buffer.alloc(440, 0x90),
};

function image(): Buffer {
  const bytes = Buffer.alloc(sectors * 512);
  for (const piece of gptPieces(disk)) piece.bytes.copy(bytes, piece.at);
  return bytes;
}

it('a partition table reads back as it was written', () => {
  const { mbr, gpt } = readPartitionTables(strictReader(image()));
  expect(mbr?.bootCode).toBe(true);
  expect(gpt).toEqual({
    guid: disk.guid,
    end: sectors * 512,
    partitions: disk.partitions.map(({ type, name, firstSector, sectors: length }, n) => ({
      ...{ number: n + 1, type, name, esp: n === 1 },
      ...{ offset: firstSector * 512, bytes: length * 512 },
    })),
  });
});

it('a GUID reads back as it was written, and anything else is refused', () => {
  expect(guidText(guidBytes(disk.guid))).toBe(disk.guid);
  expect(() => guidBytes('7B3C1E52-9A40')).toThrow('is no GUID');
});

it.skipIf(findProgram('sfdisk') === undefined)('sfdisk finds no mistake in it (needs fdisk)', async () => {
  writeFileSync(path('disk'), image());
  expect((await run(['sfdisk', '--verify', path('disk')])).stdout).toContain('No errors detected');
  const dump = JSON.parse((await run(['sfdisk', '--json', path('disk')])).stdout) as {
    partitiontable: { id: string; partitions: { name: string; size: number }[] };
  };
  expect(dump.partitiontable.id).toBe(disk.guid);
  expect(dump.partitiontable.partitions.map(({ name }) => name)).toEqual(['BIOS', 'Ünïcode']);
});

it.skipIf(findProgram('sgdisk') === undefined)('sgdisk finds none either (needs gdisk)', async () => {
  writeFileSync(path('disk'), image());
  expect((await run(['sgdisk', '--verify', path('disk')])).stdout).toContain('No problems found');
});

it.skipIf(findProgram('sgdisk') === undefined)('its copy alone brings all back (needs gdisk)', async () => {
  const bytes = image();
  bytes.fill(0, 512, 34 * 512);
  writeFileSync(path('disk'), bytes);
  await run(['sgdisk', '--load-backup=/dev/null', path('disk')], { okCodes: [0, 1, 2, 3, 4, 5, 6, 7, 8] });
  const { stdout } = await run(['sgdisk', '--print', path('disk')], { okCodes: [0, 2] });
  expect(stdout).toContain(disk.guid);
  expect(stdout).toContain('BIOS');
});
