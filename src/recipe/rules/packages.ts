import { resolve } from 'node:path';
import { fileKind, nearestFile } from '../disk.ts';
import { didYouMean } from '../problems.ts';
import { type Rule, valueAt } from './rule.ts';

/** Repositories' keys are there. */
export const packageRules: Rule = (facts) => {
  for (const [n, { key }] of facts.raw.packages.repositories.entries()) {
    const span = valueAt(facts, ['packages', 'repositories', n, 'key']);
    const file = resolve(span.source.dir, key);
    if (fileKind(file) !== 'file') {
      facts.problems.error('missing-file', span, `there is no key file \`${key}\``, {
        expected: 'a file, relative to the folder of the recipe it is written in',
        hint: didYouMean(nearestFile(key, file)),
      });
    }
  }
};
