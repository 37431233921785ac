import { mediaKinds } from '../types.ts';
import { keyAt, type Rule } from './rule.ts';

/** There is something to build, and what was asked for is in the recipe. */
export const mediaRules: Rule = (facts) => {
  const offered = mediaKinds.filter((kind) => facts.raw.media[kind] !== undefined);
  if (offered.length === 0) {
    facts.problems.error('no-medium', keyAt(facts, ['media']), 'the recipe has no medium to build', {
      expected: `at least one of ${mediaKinds.join(', ')}, such as \`iso: {}\``,
    });
    return;
  }
  for (const kind of facts.media) {
    if (offered.includes(kind)) continue;
    facts.problems.error('no-medium', keyAt(facts, ['media']), `the recipe has no medium \`${kind}\``, {
      expected: `one of ${offered.join(', ')}`,
    });
  }
};
