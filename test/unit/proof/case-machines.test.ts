import { expect, test } from 'vitest';
import { linkMembers, loadOf } from '../../../src/proof/case-machines.ts';
import { noteStep, plannedSteps } from '../../../src/proof/case-record.ts';
import { casesOf, testedMedia } from '../../../src/proof/cases.ts';
import { memoryOfGuest } from '../../../src/proof/schedule.ts';
import type { BootTest, TestGuest } from '../../../src/recipe/test-types.ts';
import { bootTest } from './tests.ts';

const MiB = 1024 ** 2;
const guest = (over: Partial<TestGuest>): TestGuest => ({
  ...(bootTest('').guests['pe'] as TestGuest),
  ...over,
});
const lan = { kind: 'link', name: 'lan' } as const;
const pair: BootTest = bootTest('pair', {
  guests: {
    left: guest({ networks: [{ kind: 'user' }, lan], memory: 128 * MiB }),
    right: guest({ networks: [lan] }),
  },
  steps: [
    { kind: 'ready', mode: 'live', guests: ['left', 'right'], within: undefined },
    { kind: 'wait', ms: 1500, guests: ['right'], within: undefined },
  ],
});
const one = casesOf([pair])[0]!;

test('a cable is between the machines that name it', () => {
  expect(linkMembers(pair.guests)).toEqual({ lan: ['left', 'right'] });
});

test('a case takes what all its machines take', () => {
  expect(loadOf(one)).toEqual({ guests: 2, memory: memoryOfGuest(128 * MiB) + memoryOfGuest(512 * MiB) });
  expect(testedMedia([one])).toEqual(['iso']);
});

test('a step for two machines is two steps of the report', () => {
  const steps = plannedSteps(one);
  expect(steps.map(({ step, result }) => [step, result.guest, result.title, result.outcome])).toEqual([
    [0, 'left', 'ready: live', 'not-run'],
    [0, 'right', 'ready: live', 'not-run'],
    [1, 'right', 'wait: 1.50 s', 'not-run'],
  ]);
});

test('long output is cut in the middle', () => {
  const [step] = plannedSteps(one);
  const output = Array.from({ length: 5000 }, (_, n) => `line ${n}\n`).join('');
  noteStep(step!, { caseStart: 0, stepStart: 40 }, 'passed', output);
  expect(step?.result).toMatchObject({ outcome: 'passed', startMs: 40 });
  expect(step?.result.output).toMatch(/^line 0\n[^]*… \d+ lines left out …\n[^]*line 4999\n$/);
  expect(step?.result.output?.length).toBeLessThan(9000);
});
