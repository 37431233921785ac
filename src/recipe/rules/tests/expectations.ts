import type { RawExpectation, RawText } from '../../raw-tests.ts';
import type { Path } from '../../yaml/located.ts';
import { isWhole, keyAt, valueAt } from '../rule.ts';
import type { TestFacts } from './test-facts.ts';

/** What a command must answer says something, and can be understood. */
export function checkExpectation(facts: TestFacts, path: Path, { stdout, stderr }: RawExpectation): void {
  checkText(facts, [...path, 'stdout'], stdout);
  checkText(facts, [...path, 'stderr'], stderr);
}

function checkText(facts: TestFacts, path: Path, text: string | RawText | undefined): void {
  if (text === undefined || typeof text === 'string') return;
  if (text.matches !== undefined) checkRegExp(facts, [...path, 'matches'], text.matches);
  if (Object.keys(text).length > 0 || !isWhole(facts, path)) return;
  const stream = String(path.at(-1));
  facts.problems.error('missing-key', keyAt(facts, path), `nothing is expected of \`${stream}\``, {
    expected: 'a text, or at least one of `is`, `contains`, `lacks` and `matches`',
  });
}

/** The regular expression at a place compiles, as the test will compile it. */
export function checkRegExp(facts: TestFacts, path: Path, source: string): void {
  try {
    new RegExp(source, 'm');
  } catch (error) {
    const [why = ''] = /[^:]*$/.exec(error instanceof Error ? error.message : '') ?? [];
    facts.problems.error(
      'bad-regexp',
      valueAt(facts, path),
      `this is no regular expression:${why.toLowerCase()}`,
      {
        expected: 'a regular expression of JavaScript',
        hint: 'a \\ before a special character takes it as it is',
      },
    );
  }
}
