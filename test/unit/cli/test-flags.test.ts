import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { UserError } from '../../../src/base/errors.ts';
import { caseEndLine, caseTally } from '../../../src/cli/progress/cases.ts';
import { type TestFlags, testWish } from '../../../src/cli/test/flags.ts';

const usual: TestFlags = {
  ...{ repeat: '1', output: 'out', accel: 'auto', set: [], progress: 'auto' as const },
};
let cwd = '';
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'flags-'));
  writeFileSync(join(cwd, 'box.iso'), '');
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

test('recipes, names of shipped recipes, and images', () => {
  expect(testWish(['box.yaml', 'minimal', 'box.iso'], { ...usual, jobs: '3', junit: 'j.xml' }, cwd)).toEqual({
    subjects: [
      { kind: 'recipe', given: 'box.yaml' },
      { kind: 'recipe', given: 'minimal' },
      { kind: 'image', given: join(cwd, 'box.iso') },
    ],
    ...{ filter: undefined, jobs: 3, repeat: 1, tests: undefined, sshKey: undefined, accel: 'auto' },
    junit: join(cwd, 'j.xml'),
  });
});

test('a folder for network boot is no recipe, though its name has no ending', () => {
  mkdirSync(join(cwd, 'box-netboot'));
  writeFileSync(join(cwd, 'box-netboot', 'netboot.json'), '{}');
  expect(testWish(['box-netboot'], usual, cwd).subjects).toEqual([
    { kind: 'image', given: join(cwd, 'box-netboot') },
  ]);
});

test('every mistake is told at once', () => {
  const flags = { ...usual, jobs: '0', repeat: '1e9', accel: 'tgc', tests: 'none.yaml', sshKey: 'none' };
  try {
    testWish(['none.iso'], flags, cwd);
    expect.unreachable();
  } catch (error) {
    const { diagnostics } = error as UserError;
    expect(error).toBeInstanceOf(UserError);
    expect(diagnostics.map(({ message }) => message.split(':')[0])).toEqual([
      ...['--accel tgc', 'none.iso', '--jobs 0', '--repeat 1e9', '--tests none.yaml', '--ssh-key none'],
    ]);
    expect(diagnostics[0]?.hint).toBe('did you mean `tcg`?');
  }
});

test('the moving display: what runs with its step and time, and how many have been run', () => {
  let now = 0;
  const cases = caseTally(() => now);
  expect(cases.any).toBe(false);
  cases.take({ type: 'cases', count: 3 });
  for (const id of ['a', 'b']) cases.take({ type: 'case-start', id, title: `case ${id}` });
  cases.take({ type: 'case-step', id: 'a', title: 'ready: live' });
  now = 4200;
  expect(cases.running()).toEqual(['case a, 4 s · ready: live', 'case b, 4 s']);
  const end = { type: 'case-end', title: 'case a', ms: 4200, reason: undefined } as const;
  cases.take({ ...end, id: 'a', outcome: 'failed' });
  cases.take({ ...end, id: 'b', outcome: 'not-run' });
  expect(cases.title()).toBe('Boot the images: 1 of 3, 1 failed, 1 not run');
  expect(cases.running()).toEqual([]);
});

test('the end of a case in one line', () => {
  const end = { type: 'case-end', id: 'a', title: 'boots: UEFI', ms: 12_345 } as const;
  expect(caseEndLine({ ...end, outcome: 'passed', reason: undefined })).toBe(
    '   12.3 s  passed   boots: UEFI\n',
  );
  expect(caseEndLine({ ...end, outcome: 'failed', reason: 'it hangs (hang)' })).toBe(
    '   12.3 s  FAILED   boots: UEFI: it hangs (hang)\n',
  );
});
