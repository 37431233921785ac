import { hasSerialMenu, titlesInMenu } from '../tests/menu.ts';
import { bootMediaKinds } from '../types.ts';
import { type Facts, isWhole, type Rule } from './rule.ts';
import { checkDisks } from './tests/disks.ts';
import { checkMachines } from './tests/machines.ts';
import { checkMatrix } from './tests/matrix.ts';
import { checkStates } from './tests/states.ts';
import { checkSteps } from './tests/steps.ts';
import type { TestFacts, UnderTest } from './tests/test-facts.ts';

/** Tests name only what is there, their steps have an effect, and their machines are on when something is asked of them. */
export const testRules: Rule = (facts) => {
  const { boot, media } = facts.raw;
  checkTests(facts, {
    media: bootMediaKinds.filter((kind) => media[kind] !== undefined),
    titles: isWhole(facts, ['boot', 'entries']) ? titlesInMenu(boot) : undefined,
    serialMenu: hasSerialMenu(boot.consoles) || !isWhole(facts, ['boot', 'consoles']),
  });
};

/** The same for tests of something else than what the recipe describes. */
export function checkTests(facts: Facts, under: UnderTest): void {
  for (const [n, test] of facts.raw.tests.entries()) {
    const about: TestFacts = { ...facts, ...under, test, path: ['tests', n] };
    checkMatrix(about);
    checkMachines(about);
    checkDisks(about);
    checkSteps(about);
    checkStates(about);
  }
}
