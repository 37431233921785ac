import { expect, test } from 'vitest';
import { shares } from '../../../src/pe/lib/modaliases.ts';

test('names are dealt out to as many lists as there are processors, none empty', () => {
  expect(shares(['a', 'b', 'c'], 2)).toEqual([['a', 'c'], ['b']]);
  expect(shares(['a'], 4)).toEqual([['a']]);
  expect(shares([], 2)).toEqual([]);
});
