import type { CaseResult, ProofReport } from '../result.ts';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly notRun: number;
}

export function countOutcomes(cases: readonly CaseResult[]): Counts {
  const count = (outcome: CaseResult['outcome']): number =>
    cases.filter((one) => one.outcome === outcome).length;
  return { passed: count('passed'), failed: count('failed'), notRun: count('not-run') };
}

/** `boots everywhere: iso, UEFI`: a case as a person would call it. */
export function nameOfCase({ test, title }: Pick<CaseResult, 'test' | 'title'>): string {
  return title === '' ? test : `${test}: ${title}`;
}

/** Milliseconds from power-on to ready of the first boot that came so far; `undefined` where none did. */
export function readyTime({ guests }: Pick<CaseResult, 'guests'>): number | undefined {
  for (const { boots } of guests) for (const { ready } of boots) if (ready !== undefined) return ready;
  return undefined;
}

/** Cases by test, both in the order in which they come. */
export function byTest({ cases }: ProofReport): ReadonlyMap<string, readonly CaseResult[]> {
  const tests = new Map<string, CaseResult[]>();
  for (const one of cases) {
    const others = tests.get(one.test);
    if (others === undefined) tests.set(one.test, [one]);
    else others.push(one);
  }
  return tests;
}

/** A place in a file, `recipes/base.yaml:31:9`, by its parts. */
export function splitPlace(place: string | undefined): { file: string; line: string } | undefined {
  const match = /^(.+?):(\d+)(?::\d+)?$/.exec(place ?? '');
  return match === null ? undefined : { file: match[1] ?? '', line: match[2] ?? '' };
}

/** `3 cases`, `1 case`. */
export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
