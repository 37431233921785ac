import type { WorkEvent } from '../../base/events.ts';
import { formatDuration } from '../../base/sizes.ts';

type CaseEnd = Extract<WorkEvent, { type: 'case-end' }>;

/** Boot tests summed up from their events; pure but for the clock it is given. */
export interface CaseTally {
  take(event: WorkEvent): void;
  /** `Boot the images: 5 of 12, 1 failed`. */
  title(): string;
  /** A line for each case that runs now, with what it does. */
  running(): readonly string[];
  /** Whether a case has been told of. */
  readonly any: boolean;
  readonly failed: number;
}

interface RunningCase {
  readonly title: string;
  readonly since: number;
  step: string;
}

export function caseTally(now: () => number): CaseTally {
  const running = new Map<string, RunningCase>();
  const sums = { planned: 0, passed: 0, failed: 0, 'not-run': 0 };
  return {
    take(event) {
      if (event.type === 'cases') sums.planned += event.count;
      else if (event.type === 'case-start')
        running.set(event.id, { title: event.title, since: now(), step: '' });
      else if (event.type === 'case-step') {
        const one = running.get(event.id);
        if (one !== undefined) one.step = event.title;
      } else if (event.type === 'case-end') {
        running.delete(event.id);
        sums[event.outcome] += 1;
      }
    },
    title() {
      const done = sums.passed + sums.failed;
      const parts = [
        `Boot the images: ${done} of ${sums.planned}`,
        ...(sums.failed > 0 ? [`${sums.failed} failed`] : []),
        ...(sums['not-run'] > 0 ? [`${sums['not-run']} not run`] : []),
      ];
      return parts.join(', ');
    },
    running: () =>
      [...running.values()].map(({ title, since, step }) => {
        const seconds = Math.floor((now() - since) / 1000);
        return [`${title}, ${seconds} s`, step].filter((part) => part !== '').join(' · ');
      }),
    get any() {
      return sums.planned > 0;
    },
    get failed() {
      return sums.failed;
    },
  };
}

/** The end of a case in one line, for logs. */
export function caseEndLine({ title, outcome, ms, reason }: CaseEnd): string {
  const word = { passed: 'passed', failed: 'FAILED', 'not-run': 'not run' }[outcome];
  const time = outcome === 'not-run' ? '' : formatDuration(ms);
  return `${time.padStart(9)}  ${word.padEnd(7)}  ${title}${reason === undefined ? '' : `: ${reason}`}\n`;
}
