import { expect, it } from 'vitest';
import { wantsFont } from '../../../src/pe/lib/screen-font.ts';

it('takes the large font for wide screens alone, and a named one always', () => {
  expect(wantsFont('auto', '3840,2160')).toBe(true);
  expect(wantsFont('auto', '2560,1440')).toBe(true);
  expect(wantsFont('auto', '1920,1080')).toBe(false);
  expect(wantsFont('auto', undefined)).toBe(false);
  expect(wantsFont('always', undefined)).toBe(true);
});
