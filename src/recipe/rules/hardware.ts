import { resolve } from 'node:path';
import { fileKind, nearestFile } from '../disk.ts';
import { didYouMean } from '../problems.ts';
import { type Rule, valueAt } from './rule.ts';

/** The file of a machine is there. */
export const hardwareRules: Rule = (facts) => {
  const { from } = facts.raw.hardware;
  if (from === undefined) return;
  const span = valueAt(facts, ['hardware', 'from']);
  const file = resolve(span.source.dir, from);
  if (fileKind(file) === 'file') return;
  facts.problems.error('missing-file', span, `there is no file \`${from}\``, {
    expected:
      'a file that `diskbios hardware probe` wrote, relative to the folder of the recipe it is written in',
    hint: didYouMean(nearestFile(from, file)),
  });
};
