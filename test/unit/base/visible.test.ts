import { expect, test } from 'vitest';
import { visible } from '../../../src/base/visible.ts';

test.each([
  ['web 名前 é', 'web 名前 é'],
  ['a\u001b[31mb\n', String.raw`a\u001b[31mb\u000a`],
  ['from right \u202e to left\u0000', String.raw`from right \u202e to left\u0000`],
])('%j', (text, shown) => {
  expect(visible(text)).toBe(shown);
});
