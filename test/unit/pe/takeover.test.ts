import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { parseCommandLine } from '../../../src/pe/lib/command-line.ts';
import { handoverScript } from '../../../src/pe/lib/takeover/handover.ts';
import { canList, kernelMounts, missingLibraries } from '../../../src/pe/lib/takeover/mounts.ts';
import { refusal, withoutTakeover } from '../../../src/pe/lib/takeover/refusal.ts';

describe('the script for early init', () => {
  const words = (system: Parameters<typeof handoverScript>[0], given: string[]): string[] => {
    const script = `${handoverScript(system)}env | grep '^T_' | sort; for word; do printf '[%s]' "$word"; done`;
    return execFileSync('sh', ['-c', script, 'init', ...given], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] },
    })
      .trimEnd()
      .split('\n');
  };

  test('an init gets the words that the kernel did not take', () => {
    expect(words({ init: undefined, env: {} }, ['single', 'a b'])).toEqual(['[/sbin/init][single][a b]']);
  });

  test('a program that somebody named gets its own', () => {
    const init = ['/usr/bin/app', '--title', "it's $HOME `x`", ''];
    expect(words({ init, env: {} }, ['single'])).toEqual(["[/usr/bin/app][--title][it's $HOME `x`][]"]);
  });

  test('with its environment, as it was written', () => {
    const env = { T_A: "x'y; halt", T_B: '$(halt)', 'T_C;halt': 'no' };
    expect(words({ init: undefined, env }, [])).toEqual(["T_A=x'y; halt", 'T_B=$(halt)', '[/sbin/init]']);
  });
});

describe('a machine that was not handed over', () => {
  const choice = parseCommandLine('diskbios.mode=takeover diskbios.system=web');

  test('comes up live, and the reason names the parameter', () => {
    const told = [refusal('web', 'its init /sbin/init\n  is not there')];
    expect(told).toEqual(['diskbios.system=web: its init /sbin/init; is not there']);
    expect(withoutTakeover(choice, told)).toEqual({ choice: { ...choice, mode: 'live' }, problems: told });
  });

  test('never without a reason', () => {
    expect(withoutTakeover(choice, []).problems).toEqual([
      'diskbios.system=web: the take-over program of the PE has failed',
    ]);
  });

  test('other boots are as they were', () => {
    const dual = parseCommandLine('diskbios.mode=dual');
    expect(withoutTakeover(dual, [])).toEqual({ choice: dual, problems: [] });
  });
});

test('a root without a folder /run gets none', () => {
  const at = (run: boolean): (string | undefined)[] =>
    kernelMounts('/t', { run })
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ')[1]);
  expect(at(true)).toEqual(['/t/proc', '/t/sys', '/t/dev', '/t/dev/pts', '/t/dev/shm', '/t/run']);
  expect(at(false)).not.toContain('/t/run');
});

describe('what a loader says is missing', () => {
  test.each([
    [
      'glibc',
      '\tlinux-vdso.so.1 (0x00007ffe)\n\tlibselinux.so.1 => not found\n\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f)\n',
      ['libselinux.so.1'],
    ],
    [
      'glibc, at once',
      '/sbin/init: error while loading shared libraries: libaudit.so.1: cannot open shared object file: No such file or directory\n',
      ['libaudit.so.1'],
    ],
    [
      'musl',
      'Error loading shared library libz.so.1: No such file or directory (needed by /sbin/init)\n',
      ['libz.so.1'],
    ],
    ['nothing', '\tlibc.so.6 => /lib/libc.so.6 (0x00007f)\n\tnot a dynamic executable\n', []],
  ])('%s', (_, said, missing) => {
    expect(missingLibraries(said)).toEqual(missing);
  });

  test('only of loaders that can be asked', () => {
    expect(canList('/lib64/ld-linux-x86-64.so.2')).toBe(true);
    expect(canList('/lib/ld-musl-x86_64.so.1')).toBe(true);
    expect(canList('/system/bin/linker64')).toBe(false);
  });
});
