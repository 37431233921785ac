import { expect, test } from 'vitest';
import { moduleProfiles } from '../../../src/recipe/module-profiles.ts';

test.each(Object.entries(moduleProfiles))('%s names modules, or paths below kernel/', (_, { patterns }) => {
  for (const pattern of patterns)
    expect(pattern).toMatch(/^(?:[A-Za-z0-9_*-]+|(?:drivers|fs|net|crypto)\/[\w{},*/-]+)$/);
  expect(new Set(patterns).size).toBe(patterns.length);
});
