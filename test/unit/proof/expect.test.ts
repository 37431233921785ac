import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/base/json.ts';
import { differenceLines, differences, jsonDifferences } from '../../../src/proof/expect.ts';
import type { CommandExpectation, TextExpectation } from '../../../src/recipe/test-types.ts';

const answer = { status: 0, stdout: 'one\ntwo\n', stderr: '' };
const expectation = (over: Partial<CommandExpectation>): CommandExpectation => ({
  status: 0,
  stdout: undefined,
  stderr: undefined,
  json: undefined,
  ...over,
});
const text = (over: Partial<TextExpectation>): TextExpectation => ({
  is: undefined,
  contains: [],
  lacks: [],
  matches: undefined,
  ...over,
});

describe('differences', () => {
  test('the exit code', () => {
    expect(differences(expectation({}), answer)).toEqual([]);
    expect(differences(expectation({ status: 3 }), answer)).toEqual([
      { where: 'status', expected: '3', came: '0' },
    ]);
    expect(differences(expectation({ status: 'any' }), { ...answer, status: 9 })).toEqual([]);
  });

  test.each<[Partial<TextExpectation>, boolean]>([
    [{ is: 'one\ntwo' }, true],
    [{ is: ' one\ntwo\n\n' }, true],
    [{ is: 'one' }, false],
    [{ contains: ['one', 'tw'] }, true],
    [{ contains: ['one', 'three'] }, false],
    [{ lacks: ['three'] }, true],
    [{ lacks: ['three', 'two'] }, false],
    [{ matches: '^two$' }, true],
    [{ matches: '^wo' }, false],
  ])('text %j: %s', (wanted, right) => {
    expect(differences(expectation({ stdout: text(wanted) }), answer).length === 0).toBe(right);
  });

  test('says what came as it was said', () => {
    const found = differences(expectation({ stderr: text({ contains: ['denied'] }) }), {
      ...answer,
      stderr: 'ok\tthen\n',
    });
    expect(differenceLines(found)).toEqual([
      'stderr:',
      '  expected: text with "denied"',
      String.raw`  came:     "ok\tthen"`,
    ]);
  });

  test('output that is no JSON', () => {
    const [found] = differences(expectation({ json: [] }), answer);
    expect(found).toMatchObject({ where: 'stdout', expected: 'JSON' });
    expect(found?.came).toContain('one');
  });
});

describe('jsonDifferences', () => {
  test.each<[Json, Json, boolean]>([
    [1, 1, true],
    [1, '1', false],
    [null, null, true],
    [{ a: 1 }, { a: 1, b: 2 }, true],
    [{ a: 1, b: 2 }, { a: 1 }, false],
    [{ a: null }, {}, false],
    [{}, [], false],
    [[], {}, false],
    [[], [1, 2], true],
    [[2, 1], [1, 2, 3], true],
    [[1, 1], [1, 2], false],
    [[{ a: 1 }], [{ a: 2 }, { a: 1, b: 3 }], true],
    [{ a: { b: [{ c: true }] } }, { a: { b: [{ c: false }, { c: true }] } }, true],
    // The first expected element fits both; it must leave the only one that fits the second.
    [[{ a: 1 }, { a: 1, b: 2 }], [{ a: 1, b: 2 }, { a: 1 }], true],
  ])('%j in %j: %s', (expected, came, holds) => {
    expect(jsonDifferences(expected, came).length === 0).toBe(holds);
  });

  test('names the place, what was expected and what came', () => {
    expect(jsonDifferences({ a: { 'b-c': 1, d: 2 } }, { a: { 'b-c': 3 } })).toEqual([
      { where: '$.a["b-c"]', expected: '1', came: '3' },
      { where: '$.a.d', expected: '2', came: 'nothing' },
    ]);
    expect(jsonDifferences([{ dst: 'default' }], [{ dst: '10.0.2.0/24' }])).toEqual([
      { where: '$[0].dst', expected: '"default"', came: '"10.0.2.0/24"' },
    ]);
    expect(jsonDifferences([{ dst: 'default' }], [])).toEqual([
      { where: '$', expected: 'an element like {"dst":"default"}', came: 'an empty list' },
    ]);
  });
});
