import { describe, expect, test } from 'vitest';
import { UserError } from '../../../src/base/errors.ts';
import { caseName, casesOf, fileName, filterCases } from '../../../src/proof/cases.ts';
import { bootTest, iso, isoAsUsb } from './tests.ts';

const MiB = 1024 ** 2;

describe('casesOf', () => {
  test('makes every combination, and names only what varies', () => {
    const cases = casesOf([
      bootTest('boots everywhere', {
        matrix: {
          medium: [iso, isoAsUsb],
          firmware: ['bios', 'uefi'],
          memory: [256 * MiB, 1024 * MiB],
          cpus: [2],
        },
      }),
    ]);
    expect(cases).toHaveLength(8);
    expect(cases.map(({ title }) => title)).toContain('iso-as-usb, UEFI, 256 MiB');
    expect(cases.map(({ id }) => id)).toContain('boots-everywhere.iso-as-usb.uefi.1GiB');
    expect(new Set(cases.map(({ id }) => id)).size).toBe(8);
  });

  test('what the network serves is signed for no Secure Boot', () => {
    const medium = [{ kind: 'netboot', as: 'network' }] as const;
    const cases = casesOf([
      bootTest('net', { matrix: { medium, firmware: ['bios', 'uefi', 'uefi-secure'] } }),
    ]);
    expect(cases.map(({ firmware }) => firmware)).toEqual(['bios', 'uefi']);
  });

  test('a test without alternatives is one case that has its name', () => {
    const [only, ...more] = casesOf([bootTest('Starts: “at once”')]);
    expect(more).toEqual([]);
    expect(only).toMatchObject({ id: 'starts-at-once', title: '', repetition: 1 });
    expect(only && caseName(only)).toBe('Starts: “at once”');
  });

  test('repetitions come round by round, each with an id and a title of its own', () => {
    const cases = casesOf([bootTest('one'), bootTest('two')], 2);
    expect(cases.map(({ id }) => id)).toEqual(['one.1', 'two.1', 'one.2', 'two.2']);
    expect(cases.map(({ title }) => title)).toEqual(['time 1', 'time 1', 'time 2', 'time 2']);
  });

  test('names that give the same file name stay apart', () => {
    expect(casesOf([bootTest('a/b'), bootTest('a b'), bootTest('A B')]).map(({ id }) => id)).toEqual([
      'a-b',
      'a-b-2',
      'a-b-3',
    ]);
  });
});

test.each([
  ['../../etc/passwd', 'etc-passwd'],
  ['在任何地方启动', '在任何地方启动'],
  ['!!!', 'test'],
  ['x'.repeat(300), 'x'.repeat(48)],
])('the file name of %s is %s', (name, expected) => {
  expect(fileName(name)).toBe(expected);
});

describe('filterCases', () => {
  const cases = casesOf([
    bootTest('boots', { matrix: { medium: [iso, isoAsUsb], firmware: ['bios', 'uefi'] } }),
    bootTest('reboots'),
  ]);
  const found = (filter: string): string[] => filterCases(cases, filter).map(caseName);

  test('takes a part of the name or of the title, in any case', () => {
    expect(found('UEFI')).toEqual(['boots: iso, UEFI', 'boots: iso-as-usb, UEFI']);
    expect(found('reboot')).toEqual(['reboots']);
  });

  test('takes a case by its id', () => {
    expect(found('boots.iso-as-usb.bios')).toEqual(['boots: iso-as-usb, BIOS']);
  });

  test('takes a regular expression between slashes', () => {
    expect(found('/^boots: iso, /')).toEqual(['boots: iso, BIOS', 'boots: iso, UEFI']);
    expect(found('/uefi$/i')).toHaveLength(2);
  });

  test("a broken expression is the caller's mistake", () => {
    expect(() => found('/(/')).toThrow(UserError);
  });
});
