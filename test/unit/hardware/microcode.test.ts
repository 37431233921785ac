import { expect, test } from 'vitest';
import { readCpio } from '../../../src/formats/cpio.ts';
import { earlyCpio } from '../../../src/formats/early-cpio.ts';
import { microcodeMaker, microcodePaths } from '../../../src/hardware/microcode.ts';

const any = { small: false, cpu: undefined };
const cpu = { family: 6, model: 0x9e, stepping: 10, threads: 8, virtual: false, vendor: 'GenuineIntel' };

test('files of microcode are known by their names, those of servers may be left out', () => {
  const intel = 'usr/lib/firmware/intel-ucode/';
  expect(microcodeMaker(`${intel}06-9e-0a`, any)).toBe('intel');
  expect(microcodeMaker(`${intel}06-8f-08`, any)).toBe('intel');
  expect(microcodeMaker(`${intel}06-8f-08`, { small: true, cpu: undefined })).toBeUndefined();
  expect(microcodeMaker('lib/firmware/amd-ucode/microcode_amd_fam19h.bin', any)).toBe('amd');
  expect(microcodeMaker('usr/lib/firmware/amd-ucode/README', any)).toBeUndefined();
  expect(microcodeMaker('usr/lib/firmware/amd/amd_sev_fam19h_model0xh.sbin', any)).toBeUndefined();
});

test('for one processor its own file is enough', () => {
  const intel = (name: string): string | undefined =>
    microcodeMaker(`usr/lib/firmware/intel-ucode/${name}`, { small: true, cpu });
  expect([intel('06-9e-0a'), intel('06-9e-0b'), intel('06-8e-0a')]).toEqual(['intel', undefined, undefined]);
  const amd = (name: string, family: number): string | undefined =>
    microcodeMaker(`usr/lib/firmware/amd-ucode/${name}.bin`, {
      small: true,
      cpu: { ...cpu, vendor: 'AuthenticAMD', family },
    });
  expect(amd('microcode_amd_fam19h', 0x19)).toBe('amd');
  expect(amd('microcode_amd', 0x10)).toBe('amd');
  expect(amd('microcode_amd', 0x17)).toBeUndefined();
});

test('the archive holds it aligned, under the names that the kernel looks for', () => {
  const files = [
    { path: microcodePaths.amd, bytes: Buffer.from('AMD microcode') },
    { path: microcodePaths.intel, bytes: Buffer.alloc(2048, 7) },
  ];
  const archive = earlyCpio(files, 1_700_000_000);
  const { records, end } = readCpio(archive);
  expect(end).toBe(archive.length);
  expect(records.map(({ entry }) => entry.path)).toEqual([
    ...['kernel', 'kernel/x86', 'kernel/x86/microcode'],
    ...[microcodePaths.amd, microcodePaths.intel],
  ]);
  for (const { path, bytes } of files) {
    const at = archive.indexOf(bytes);
    expect(at % 16, path).toBe(0);
    // The kernel compares the name as far as its own end (lib/earlycpio.c).
    expect(archive.indexOf(`${path}\0`)).toBeGreaterThan(0);
  }
  expect(archive.length % 4).toBe(0);
});
