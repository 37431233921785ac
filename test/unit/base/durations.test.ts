import { expect, test } from 'vitest';
import { durationPattern, parseDuration } from '../../../src/base/durations.ts';

test.each([
  ['500ms', 500],
  ['20s', 20_000],
  ['1.5s', 1500],
  ['2min', 120_000],
  ['1h', 3_600_000],
  ['0s', 0],
])('%s are %d milliseconds', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
  expect(text).toMatch(new RegExp(durationPattern));
});

test.each(['', '20', 's', '-1s', '2 sec', '1m', '1s 5ms', '.5s'])('%j is no duration', (text) => {
  expect(parseDuration(text)).toBeUndefined();
  expect(text).not.toMatch(new RegExp(durationPattern));
});
