import { describe, expect, it } from 'vitest';
import { type MemoryFacts, memoryNeed } from '../../../src/base/memory-need.ts';
import { leastMemory, memoryMistake, needText } from '../../../src/base/memory-words.ts';

const mebibyte = 1024 ** 2;
const cloud = { file: 11_737_024, space: 58_580_992, signed: false };
const generic = { file: 12_171_200, space: 58_650_624, signed: false };
const mib = (value: number): number => value * mebibyte;

/**
 * Images measured with QEMU, to which the constants were fitted: the sizes that the builder knew, the largest machine that did not start and the
 * smallest that did (MiB), and what was in use at rest with 512 MiB (KiB).
 */
const measured: readonly (readonly [
  string,
  MemoryFacts,
  {
    readonly bios?: readonly [number, number];
    readonly uefi?: readonly [number, number];
    readonly atRest: number;
  },
])[] = [
  [
    'minimal, squashfs',
    { kernel: cloud, initrd: mib(14.07), unpacked: mib(14.1), passing: 0, mounted: mib(6.6) },
    { bios: [102, 105], uefi: [175, 180], atRest: 57_700 - 2250 },
  ],
  [
    'cloud, squashfs',
    { kernel: cloud, initrd: mib(34.15), unpacked: mib(34.2), passing: 0, mounted: mib(6.6) },
    { bios: [152, 156], uefi: [210, 216], atRest: 79_980 - 2250 },
  ],
  [
    'minimal, erofs, signed',
    {
      kernel: { ...cloud, signed: true },
      ...{ initrd: mib(15.97), unpacked: mib(16), passing: 0, mounted: mib(3.6) },
    },
    { bios: [101, 106], uefi: [223, 229], atRest: 55_562 },
  ],
  [
    'minimal, cpio',
    { kernel: cloud, initrd: mib(11.07), unpacked: mib(30.1), passing: 0, mounted: 0 },
    { bios: [115, 120], atRest: 64_652 },
  ],
  [
    'diskbios, squashfs',
    { kernel: generic, initrd: mib(47), unpacked: mib(47.1), passing: 0, mounted: mib(6.6) },
    { atRest: 99_948 - 2250 },
  ],
];

describe('the prediction of memory', () => {
  it.each(measured)('is within 15 %% of what was measured: %s', (_, facts, seen) => {
    const need = memoryNeed(facts);
    for (const firmware of ['bios', 'uefi'] as const) {
      const range = seen[firmware];
      if (range === undefined) continue;
      const [fails, up] = range;
      const { bytes } = leastMemory(need, firmware);
      expect(bytes / mebibyte).toBeGreaterThan(fails * 0.85);
      expect(bytes / mebibyte).toBeLessThan(up * 1.15);
    }
    expect(Math.abs(need.atRest / 1024 / seen.atRest - 1)).toBeLessThan(0.15);
  });

  it('grows by two bytes for each of a packed root, and by what it unpacks to for a plain one', () => {
    const [, facts] = measured[1]!;
    const more = { ...facts, initrd: facts.initrd + mib(100), unpacked: facts.unpacked + mib(100) };
    expect(memoryNeed(more).bios.bytes - memoryNeed(facts).bios.bytes).toBeGreaterThan(mib(300));
    expect(memoryNeed(more).bios.peak).toBe('unpacking');
    expect(memoryNeed(more).atRest - memoryNeed(facts).atRest).toBe(mib(100));
  });

  it('lets a small initrd wait for the loader', () => {
    const [, facts] = measured[0]!;
    expect(memoryNeed({ ...facts, initrd: mib(4), unpacked: mib(4) }).bios.peak).toBe('loading');
  });
});

describe('what is said of it', () => {
  const [, facts] = measured[1]!;
  const need = memoryNeed(facts);
  const context = {
    ...{ format: 'cpio', estimate: false, bios: true },
    largest: [{ name: 'libdb5.3t64', bytes: mib(1.8) }],
  };

  it('names both firmwares and the rest', () => {
    expect(needText(need, context)).toMatch(
      /^\d+ MiB to start on BIOS, \d+ MiB on UEFI; \d+ MiB in use at rest$/,
    );
    expect(needText(need, { bios: false, estimate: true })).toMatch(/^about \d+ MiB to start on UEFI; /);
  });

  it('refuses a machine that cannot start, and says what to do', () => {
    const mistake = memoryMistake(mib(128), need, context);
    expect(mistake?.kind).toBe('error');
    expect(mistake?.diagnostic.message).toMatch(
      /cannot start with 128\.0 MiB of memory: it needs \d+ MiB on BIOS, while /,
    );
    expect(mistake?.diagnostic.hint).toContain('pe.livefs: squashfs');
    expect(mistake?.diagnostic.hint).toContain('libdb5.3t64 1.8 MiB');
    expect(mistake?.diagnostic.recipePath).toEqual(['hardware', 'memory']);
  });

  it('warns where only UEFI has too little, unless nothing starts on a BIOS', () => {
    expect(memoryMistake(mib(180), need, context)?.kind).toBe('warning');
    expect(memoryMistake(mib(180), need, { ...context, bios: false })?.kind).toBe('error');
    expect(memoryMistake(mib(256), need, context)).toBeUndefined();
  });
});
