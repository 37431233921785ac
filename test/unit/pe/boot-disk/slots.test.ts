import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { formatGrubEnv, grubEnvSize, parseGrubEnv } from '../../../../src/base/grub-env.ts';
import { findFatFile } from '../../../../src/pe/lib/boot-disk/fat-file.ts';
import { keptSlot, slotState, slotText } from '../../../../src/pe/lib/boot-disk/slots.ts';
import { findProgram, run } from '../../../../src/sys/run.ts';

const environment = (slot: string, trial: string, tries: string): Uint8Array =>
  formatGrubEnv({ slot, slot_trial: trial, slot_tries: tries, more: 'stays' }).subarray(0, 512);

describe('slotState', () => {
  test.each([
    ['a', ['a', '', ''], 'good', 'a'],
    ['b', ['b', '', ''], 'good', 'b'],
    ['b', ['a', 'b', '2'], 'trial', 'b, on trial: it is kept when all is up'],
    ['b', ['a', 'b', '0'], 'trial', 'b, on trial: it is kept when all is up'],
    ['a', ['a', 'b', '0'], 'good', 'a; b was tried and is not good'],
    ['a', ['a', 'b', '2'], 'good', 'a; b is on trial and could not be started'],
    ['b', ['a', '', ''], 'other', 'b, because the other one could not be started'],
    ['b', ['b', 'b', '2'], 'good', 'b'],
  ] as const)('slot %s with %o', (running, [slot, trial, tries], is, text) => {
    const state = slotState(environment(slot, trial, tries), running);
    expect(state.is).toBe(is);
    expect(slotText(state)).toBe(text);
  });

  test.each([
    ['unreadable', undefined],
    ['zeros', new Uint8Array(512)],
    ['too short', new Uint8Array(3)],
  ])('variables that are %s', (_, bytes) => {
    expect(slotState(bytes, 'a')).toEqual({ running: 'a', is: 'unknown', tried: undefined });
  });
});

describe('keptSlot', () => {
  test('changes one sector, and in it only what is said of slots', () => {
    const kept = keptSlot(environment('a', 'b', '1'), 'b');
    expect(kept).toHaveLength(512);
    const block = Buffer.concat([kept ?? Buffer.alloc(0), Buffer.alloc(512, '#')]);
    expect(parseGrubEnv(block)).toEqual({ slot: 'b', slot_trial: '', slot_tries: '', more: 'stays' });
  });

  test.each([
    ['another slot is on trial', environment('a', 'b', '2'), 'a'],
    ['none is on trial', environment('a', '', ''), 'a'],
    ['the block is damaged', new Uint8Array(512), 'b'],
  ] as const)('nothing where %s', (_, first, running) => {
    expect(keptSlot(first, running)).toBeUndefined();
  });
});

const dir = mkdtempSync(join(tmpdir(), 'diskbios-slots-'));
afterAll(() => {
  rmSync(dir, { recursive: true });
});
const missing = findProgram('mkfs.fat') === undefined || findProgram('mcopy') === undefined;

describe.skipIf(missing)('findFatFile (needs dosfstools, mtools)', () => {
  const path = ['BOOT', 'GRUB', 'GRUBENV'];

  async function fat(bits: number, more = 0): Promise<Buffer> {
    const [image, env] = [join(dir, `${bits}.img`), join(dir, 'env')];
    writeFileSync(image, '');
    truncateSync(image, 40 * 1024 ** 2);
    const env8 = formatGrubEnv({ slot: 'a' });
    writeFileSync(env, env8);
    await run(['mkfs.fat', '-F', String(bits), '-s', bits === 32 ? '1' : '4', image]);
    const mtools = (...argv: string[]) =>
      run(argv, { env: { MTOOLSRC: '/dev/null', MTOOLS_SKIP_CHECK: '1' } });
    await mtools('mmd', '-i', image, '::/EFI', '::/boot', '::/boot/grub');
    // So many that the folder has more than one cluster.
    for (let n = 0; n < more; n += 1)
      await mtools('mcopy', '-i', image, env, `::/boot/grub/a long name, number ${n}`);
    await mtools('mcopy', '-i', image, env, '::/boot/grub/grubenv');
    return readFileSync(image);
  }
  const reader =
    (bytes: Buffer) =>
    (at: number, length: number): Uint8Array =>
      bytes.subarray(at, at + length);

  test.each([0, 12])('finds a file behind %i others', async (more) => {
    const bytes = await fat(32, more);
    const found = findFatFile(reader(bytes), path);
    expect(found?.size).toBe(grubEnvSize);
    const at = found?.at ?? 0;
    expect(parseGrubEnv(bytes.subarray(at, at + grubEnvSize))).toEqual({ slot: 'a' });
    expect(findFatFile(reader(bytes), ['BOOT', 'GRUBENV'])).toBeUndefined();
    expect(findFatFile(reader(bytes), ['BOOT', 'GRUB'])).toBeUndefined();
  });

  test('takes no other file system for one', async () => {
    expect(findFatFile(reader(await fat(16)), path)).toBeUndefined();
    expect(findFatFile(reader(Buffer.alloc(0)), path)).toBeUndefined();
  });
});
