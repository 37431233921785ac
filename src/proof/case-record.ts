import type { ProofCase } from './cases.ts';
import { cutMiddle } from './report/text.ts';
import type { Outcome, StepResult } from './result.ts';
import { runnerOf } from './steps/registry.ts';

/** Characters of a command's output that are kept. */
const longestOutput = 8000;

/** A step for one of its guests: what is to be done, and what came of it. */
export interface PlannedStep {
  /** Index into the test's steps. */
  readonly step: number;
  readonly guest: string;
  result: StepResult;
}

/** All steps of a case in the order they are taken, none of them run yet. */
export function plannedSteps(one: ProofCase): PlannedStep[] {
  return one.test.steps.flatMap((step, index) =>
    step.guests.map((guest) => ({
      step: index,
      guest,
      result: {
        title: runnerOf(step).title(step),
        guest,
        outcome: 'not-run' as const,
        startMs: 0,
        durationMs: 0,
        output: undefined,
      },
    })),
  );
}

/** Notes what came of a step; times in milliseconds by `performance.now()`. */
export function noteStep(
  planned: PlannedStep,
  times: { readonly caseStart: number; readonly stepStart: number },
  outcome: Outcome,
  output: string | undefined,
): void {
  planned.result = {
    ...planned.result,
    outcome,
    startMs: Math.round(times.stepStart - times.caseStart),
    durationMs: Math.round(performance.now() - times.stepStart),
    output: output === undefined ? undefined : shortened(output),
  };
}

function shortened(output: string): string {
  const { before, left, after } = cutMiddle(output, longestOutput);
  return left === 0 ? before : `${before}… ${left} lines left out …\n${after}`;
}
