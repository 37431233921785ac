import { parseDuration } from '../../../base/durations.ts';
import { many, type RawStep } from '../../raw-tests.ts';
import { withinOf } from '../../tests/normalise-steps.ts';
import { hasEffect, siblings, type Verb, verbNames, verbsOf } from '../../tests/verbs.ts';
import type { Path } from '../../yaml/located.ts';
import { isWhole, keyAt, valueAt } from '../rule.ts';
import { checkExpectation, checkRegExp } from './expectations.ts';
import { checkMenu } from './menu.ts';
import type { TestFacts } from './test-facts.ts';

/** Each step does exactly one thing, and each of its keys has an effect. */
export function checkSteps(facts: TestFacts): void {
  for (const [n, step] of facts.test.steps.entries()) {
    const path = [...facts.path, 'steps', n];
    const verb = checkVerb(facts, path, step);
    if (verb === undefined) continue;
    checkSiblings(facts, path, step, verb);
    checkTimes(facts, path, step, verb);
    checkConsole(facts, path, step);
    if (step.menu !== undefined) checkMenu(facts, path, step, step.menu);
    if (step.expect !== undefined) checkExpectation(facts, [...path, 'expect'], step.expect);
  }
  checkPictures(facts);
}

/** The verb of a step, where it has exactly one. */
function checkVerb(facts: TestFacts, path: Path, step: RawStep): Verb | undefined {
  const [first, second] = verbsOf(step);
  if (first === undefined) {
    if (isWhole(facts, path)) {
      facts.problems.error('missing-key', valueAt(facts, path), 'this step does nothing', {
        expected: `one of ${verbNames.join(', ')}`,
      });
    }
    return undefined;
  }
  if (second === undefined) return first;
  facts.problems.error(
    'too-many-keys',
    keyAt(facts, [...path, second]),
    `a step with both \`${first}\` and \`${second}\``,
    { expected: 'one of them', hint: 'make two steps of it, each with its own `-`' },
  );
  return undefined;
}

function checkSiblings(facts: TestFacts, path: Path, step: RawStep, verb: Verb): void {
  for (const sibling of siblings) {
    if (step[sibling] === undefined || hasEffect(verb, sibling)) continue;
    const others = verbNames.filter((each) => hasEffect(each, sibling));
    facts.problems.error(
      'no-effect',
      keyAt(facts, [...path, sibling]),
      `\`${sibling}\` has no effect on \`${verb}\``,
      {
        expected:
          others.length > 3
            ? `no \`${sibling}\` here`
            : `\`${sibling}\` beside ${others.map((each) => `\`${each}\``).join(' or ')}`,
        hint: insideHint(verb, sibling),
      },
    );
  }
}

/** Keys that belong into the verb's own map. */
const inside: Partial<Record<Verb, readonly string[]>> = {
  reboot: ['by'],
  poweroff: ['by'],
};

function insideHint(verb: Verb, sibling: string): string | undefined {
  return inside[verb]?.includes(sibling) === true
    ? `write it inside: \`${verb}: { ${sibling}: … }\``
    : undefined;
}

function checkTimes(facts: TestFacts, path: Path, step: RawStep, verb: Verb): void {
  const value = step[verb];
  const innerWithin = typeof value === 'object' && 'within' in value ? value.within : undefined;
  if (step.within !== undefined && innerWithin !== undefined) {
    facts.problems.error('too-many-keys', keyAt(facts, [...path, 'within']), 'two time limits of one step', {
      expected: `\`within\` beside \`${verb}\`, or inside of it`,
    });
  }
  const within = withinOf(step, verb);
  if (within !== undefined && parseDuration(within) === 0) {
    const at = step.within === undefined ? [...path, verb, 'within'] : [...path, 'within'];
    facts.problems.error('out-of-range', valueAt(facts, at), `nothing happens within \`${within}\``, {
      expected: 'more than nothing, such as 20s',
    });
  }
}

function checkConsole(facts: TestFacts, path: Path, step: RawStep): void {
  const { console, screen } = step;
  if (console !== undefined) {
    const at = [...path, 'console'];
    if (console.expect !== undefined) checkRegExp(facts, [...at, 'expect'], console.expect);
    else if (console.send === undefined) emptyMap(facts, at, 'console', '`expect`, `send`, or both');
    else uselessLimit(facts, path, step, 'console', '`expect`');
  }
  if (screen !== undefined && screen.contains === undefined) {
    const at = [...path, 'screen'];
    if (screen.save === undefined) emptyMap(facts, at, 'screen', '`contains`, `save`, or both');
    else uselessLimit(facts, path, step, 'screen', '`contains`');
  }
}

function emptyMap(facts: TestFacts, path: Path, verb: Verb, expected: string): void {
  if (!isWhole(facts, path)) return;
  facts.problems.error('missing-key', keyAt(facts, path), `\`${verb}\` does nothing`, { expected });
}

/** A time limit of a step that waits for nothing. */
function uselessLimit(
  facts: TestFacts,
  path: Path,
  step: RawStep,
  verb: 'console' | 'screen',
  needs: string,
): void {
  if (withinOf(step, verb) === undefined || !isWhole(facts, [...path, verb])) return;
  const at = step.within === undefined ? [...path, verb, 'within'] : [...path, 'within'];
  facts.problems.error('no-effect', keyAt(facts, at), `\`within\` has no effect: nothing is waited for`, {
    expected: `${needs} in \`${verb}\`, or no time limit`,
  });
}

/** No picture is written over another one. */
function checkPictures(facts: TestFacts): void {
  const seen = new Set<string>();
  for (const [n, { screen, on }] of facts.test.steps.entries()) {
    if (screen?.save === undefined) continue;
    const ids = (on === undefined ? [''] : many(on)).map((guest) => `${guest}/${screen.save ?? ''}`);
    if (ids.some((id) => seen.has(id))) {
      facts.problems.error(
        'same-name',
        valueAt(facts, [...facts.path, 'steps', n, 'screen', 'save']),
        `an earlier step saves its picture as \`${screen.save}\``,
        { expected: 'a name of its own' },
      );
    }
    for (const id of ids) seen.add(id);
  }
}
