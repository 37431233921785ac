import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatGrubEnv, grubEnvSize, parseGrubEnv } from '../../../src/base/grub-env.ts';
import { grubBiosBoot } from '../../../src/formats/grub-bios.ts';
import { findProgram, run } from '../../../src/sys/run.ts';
import { workFolder } from './disks.ts';

const path = workFolder();

describe('an environment block', () => {
  const variables = { slot: 'b', slot_trial: '', words: 'two\\lines\nof it' };

  it('reads back as it was written', () => {
    const bytes = formatGrubEnv(variables);
    expect(bytes).toHaveLength(grubEnvSize);
    expect(parseGrubEnv(bytes)).toEqual(variables);
    expect(parseGrubEnv(Buffer.alloc(1024))).toBeUndefined();
  });

  it('stays in one sector, which is written wholly or not at all', () => {
    expect(() => formatGrubEnv({ long: 'x'.repeat(500) })).toThrow('more than one sector');
  });

  it.skipIf(findProgram('grub-editenv') === undefined)('is GRUB’s own (needs grub-common)', async () => {
    writeFileSync(path('env'), formatGrubEnv({ slot: 'a', slot_trial: '', slot_tries: '' }));
    expect((await run(['grub-editenv', path('env'), 'list'])).stdout).toBe(
      'slot=a\nslot_trial=\nslot_tries=\n',
    );
    await run(['grub-editenv', path('env'), 'set', 'slot_trial=b', 'slot_tries=3']);
    expect(parseGrubEnv(readFileSync(path('env')))).toEqual({ slot: 'a', slot_trial: 'b', slot_tries: '3' });
  });
});

describe('GRUB for BIOS', () => {
  const boot = Buffer.alloc(512, 1);
  const core = Buffer.alloc(512 * 3 + 100, 2);
  core.writeUInt16LE(3, 508);

  it('is told where its parts lie', () => {
    const made = grubBiosBoot(boot, core, 2048);
    expect(made.bootCode).toHaveLength(440);
    expect(made.bootCode.readBigUInt64LE(0x5c)).toBe(2048n);
    expect(made.core).toHaveLength(512 * 4);
    expect(made.core.readBigUInt64LE(500)).toBe(2049n);
  });

  it('is refused where it is not what it says', () => {
    core.writeUInt16LE(9, 508);
    expect(() => grubBiosBoot(boot, core, 2048)).toThrow('the core says it has 9 sectors');
    expect(() => grubBiosBoot(core, core, 2048)).toThrow('boot.img has');
  });
});
