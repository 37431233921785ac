import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { describeFile } from '../../src/image/describe.ts';
import { recipeCases } from '../helpers/recipe-cases.ts';

const { images } = inject('fixture');

// Each medium and each firmware once: all four pairs are proven with the default recipe, which has the same boot loader.
const { dir, ended, reports } = await recipeCases(
  'recipes-small',
  ['minimal', 'cloud', 'hardware'],
  /^(boots everywhere: (iso, BIOS|iso-as-usb, UEFI)|(lets in|starts with|survives|a PC's disk) .*)$/,
);

/** What such a run leaves behind. */
describe('diskbios test', () => {
  const minimal = reports.find(({ name }) => name === 'minimal');
  const results = (file: string | undefined): string =>
    join(dir, 'out', 'tests', 'minimal', file ?? 'not named');

  test('builds with the agent and writes nothing but its results', () => {
    expect(ended.err).toMatch(/with (TCG|KVM|HVF) \(.+\)/);
    expect(ended.code, ended.err).toBe(0);
    expect(readdirSync(join(dir, 'out'))).toEqual(['tests']);
    expect(minimal?.images).toMatchObject([{ medium: 'iso', agent: true }]);
    for (const name of ['report.html', 'report.json', 'junit.xml', 'summary.txt']) {
      expect(existsSync(results(name)), name).toBe(true);
    }
  });

  test('tests the layers of what is shipped', () => {
    const shipped = describeFile(join(images, 'minimal.iso')).manifest?.recipeDigest;
    expect(minimal?.images[0]?.layers).toBe(shipped);
  });

  test('reports every start on each firmware', () => {
    const cases = (minimal?.cases ?? []).filter(({ test: name }) => name === 'boots everywhere');
    expect(cases.map(({ title }) => title)).toEqual(['iso, BIOS', 'iso-as-usb, UEFI']);
    for (const one of cases) {
      expect(one.guests[0]?.boots).toHaveLength(2);
      expect(one.guests[0]?.boots[0]?.ready).toBeGreaterThan(0);
      expect(one.guests[0]?.command.includes('OVMF_CODE')).toBe(one.firmware === 'uefi');
      const log = readFileSync(results(one.guests[0]?.serialLog), 'utf8');
      expect(log.match(/DISKBIOS-READY/g)).toHaveLength(2);
    }
  });
});
