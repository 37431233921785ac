import { map, text } from './node.ts';

const iso = map('A hybrid ISO image: a CD, or written to a stick as it is; starts on BIOS and UEFI.', {
  label: text('Volume name; without it the recipe’s name in capital letters.', {
    pattern: '^[A-Z0-9_]{1,32}$',
    'x-expected': '1 to 32 of A–Z, 0–9 and _',
  }),
  filename: text('Name of the output file; without it `NAME.iso`.', {
    pattern: '^[A-Za-z0-9][A-Za-z0-9._+-]*\\.iso$',
    'x-expected': 'a file name ending in .iso, without /',
  }),
});

export const mediaSchema = map('What is built, one key for each medium.', { iso }, { default: { iso: {} } });
