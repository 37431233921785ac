import { expect, test } from 'vitest';
import { bootFailures } from '../../../src/base/boot-failures.ts';
import { explain, failureNames } from '../../../src/proof/report/explain.ts';

test('every failure is explained, and no two alike', () => {
  expect(new Set(failureNames)).toEqual(new Set([...bootFailures, 'expectation', 'harness']));
  const all = failureNames.map((name) => explain(name));
  expect(new Set(all.map((one) => one?.means)).size).toBe(failureNames.length);
  for (const one of all) {
    expect(one?.means).toMatch(/^[A-Z].*\.$/);
    expect(one?.next).toMatch(/^\S.{20,}[.?]$/s);
  }
});

test('a name of another version is not explained', () => {
  expect(explain('toString')).toBeUndefined();
  expect(explain('from-the-future')).toBeUndefined();
});
