import { describe, expect, test } from 'vitest';
import { compareConfigs, differencesText } from '../../../src/kernel/compare.ts';
import { parseConfig, parseFragment } from '../../../src/kernel/fragment.ts';
import { type Fragment, mergeFragments } from '../../../src/kernel/merge.ts';
import { rewriteFragment, smallestFragment } from '../../../src/kernel/own-fragment.ts';
import { buildProgress } from '../../../src/kernel/progress.ts';

const fragment = (name: string, text: string): Fragment => ({
  ...{ name, file: `/x/${name}`, text },
  shipped: !name.includes('/'),
});

describe('fragments', () => {
  test('values of each kind, at their places', () => {
    const text =
      '# Why.\nCONFIG_A=y\n\n# CONFIG_B is not set\n  CONFIG_C="a b"\nCONFIG_D=0x10\nCONFIG_E=-3\n';
    const { settings, mistakes } = parseFragment(text);
    expect(mistakes).toEqual([]);
    expect(settings.map(({ name, value }) => [name, value])).toEqual([
      ['A', 'y'],
      ['B', 'n'],
      ['C', '"a b"'],
      ['D', '0x10'],
      ['E', '-3'],
    ]);
    for (const { name, start, end } of settings) {
      const line = text.slice(start, end);
      expect(line).toContain(`CONFIG_${name}`);
      expect(line).toBe(line.trim());
    }
  });

  test.each([
    ['CONFIG_A=yes', /no value/],
    ['CONFIG_A=y # why', /nothing may follow/],
    ['NET=y', /no setting/],
    ['CONFIG_A', /no setting/],
    ['# CONFIG_A not set', /is a comment/],
    ['CONFIG_A=y\nCONFIG_A=n', /further up/],
  ])('%s is a mistake', (text, message) => {
    expect(parseFragment(text).mistakes.map((one) => one.message)).toEqual([
      expect.stringMatching(message) as string,
    ]);
  });

  test('a later one wins; shipped ones must agree, unless a file of the user’s settles it', () => {
    const shipped = [fragment('base', 'CONFIG_A=y\nCONFIG_B=y\n'), fragment('pc', '# CONFIG_A is not set\n')];
    const [only] = mergeFragments(shipped).contradictions;
    expect([only?.first.fragment.name, only?.second.fragment.name, only?.second.name]).toEqual([
      'base',
      'pc',
      'A',
    ]);
    const { asked, contradictions } = mergeFragments([...shipped, fragment('./mine', 'CONFIG_A=m\n')]);
    expect(contradictions).toEqual([]);
    expect(asked.map(({ name, value }) => `${name}=${value}`)).toEqual(['B=y', 'A=m']);
  });

  test('comments stay when a fragment is written anew', () => {
    const before = '# The disks.\nCONFIG_A=y\nCONFIG_OLD=y\n\n# Sound.\n# CONFIG_B is not set\n';
    const after = rewriteFragment(before, new Map(Object.entries({ A: 'm', B: 'n', NEW: '5' })));
    expect(after).toBe('# The disks.\nCONFIG_A=m\n\n# Sound.\n# CONFIG_B is not set\nCONFIG_NEW=5\n');
  });

  test('what follows by itself is not written', async () => {
    // B is on by default where A is on; C shows itself only with A.
    const settle = (more: ReadonlyMap<string, string>): Promise<string> => {
      const a = more.get('A') ?? 'n';
      const b = a === 'y' ? (more.get('B') ?? 'y') : 'n';
      const c = a === 'y' ? (more.get('C') ?? 'n') : 'n';
      return Promise.resolve(`CONFIG_A=${a}\nCONFIG_B=${b}\nCONFIG_C=${c}\n`);
    };
    const offered = (name: string, config: ReadonlyMap<string, string>): boolean =>
      name === 'A' || config.get('A') === 'y';
    const found = await smallestFragment('CONFIG_A=y\nCONFIG_B=y\nCONFIG_C=y\n', settle, offered, () => []);
    expect(Object.fromEntries(found)).toEqual({ A: 'y', C: 'y' });
  });

  test('what goes with an option that selected it is not named', async () => {
    // A selects B and C; C stays on when A goes, since it is also on by default.
    const settle = (set: ReadonlyMap<string, string>): Promise<string> => {
      const a = set.get('A') ?? 'y';
      return Promise.resolve(`CONFIG_A=${a}\nCONFIG_B=${a}\nCONFIG_C=${set.get('C') ?? 'y'}\n`);
    };
    const selectors = (name: string): string[] => (name === 'A' ? [] : ['A']);
    const found = await smallestFragment('# CONFIG_A is not set\n', settle, () => true, selectors);
    expect(Object.fromEntries(found)).toEqual({ A: 'n', C: 'n' });
  });

  test('differences, without what the compiler decides', () => {
    const differences = compareConfigs(
      'CONFIG_A=m\nCONFIG_B=y\nCONFIG_CC_IS_GCC=y\n',
      'CONFIG_A=y\nCONFIG_C=1\n',
    );
    expect(differencesText(differences, { from: 'debian', to: 'mine' })).toBe(
      '--- debian\n+++ mine\n-CONFIG_A=m\n+CONFIG_A=y\n-CONFIG_B=y\n+CONFIG_C=1\n',
    );
    expect(parseConfig('# CONFIG_A is not set\n').get('A')).toBe('n');
  });
});

test('progress counts objects and estimates what is left', () => {
  let time = 0;
  const said: string[] = [];
  const { take } = buildProgress(
    () => time,
    (text) => void said.push(text),
  );
  take('objects: 100');
  for (let n = 0; n < 50; n += 1) {
    time += 1000;
    take(`  CC      kernel/file-${n}.o`);
  }
  expect(said.at(-1)).toMatch(/^50 of 100 objects, 50(\.\d+)? s, about 50(\.\d+)? s left$/);
  take('  HOSTCC  scripts/kallsyms');
  take('  LD      vmlinux');
  expect(said.at(-1)).toMatch(/^LD vmlinux/);
});
