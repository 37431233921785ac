import type { WorkEvent } from '../../base/events.ts';
import { formatDuration } from '../../base/sizes.ts';

type StepEnd = Extract<WorkEvent, { type: 'step-end' }>;

/** The steps that ran, the longest first, as a table. */
export function timingsTable(ended: readonly StepEnd[]): string {
  const ran = ended.filter((step) => step.outcome === 'built').sort((a, b) => b.ms - a.ms);
  const cached = ended.length - ran.length;
  const lines = ran
    .slice(0, 25)
    .map((step) => `${formatDuration(step.ms).padStart(9)}  ${step.kind.padEnd(14)} ${step.title}`);
  if (ran.length > 25) {
    const rest = ran.slice(25).reduce((sum, step) => sum + step.ms, 0);
    lines.push(`${formatDuration(rest).padStart(9)}  ${ran.length - 25} more steps`);
  }
  const peak = (process.resourceUsage().maxRSS * 1024) / 1e6;
  lines.push(
    `${ran.length} steps ran, ${cached} came from the store; peak memory ${peak.toFixed(0)} MB, without commands`,
  );
  return `${lines.join('\n')}\n`;
}

/** Steps as a Chrome trace (chrome://tracing, Perfetto): complete events on as many rows as ran at once. */
export function chromeTrace(ended: readonly StepEnd[]): string {
  const busyUntil: number[] = [];
  const events = [...ended]
    .filter((step) => step.outcome !== 'cached')
    .sort((a, b) => a.startMs - b.startMs)
    .map((step) => {
      let row = busyUntil.findIndex((until) => until <= step.startMs);
      if (row === -1) row = busyUntil.push(0) - 1;
      busyUntil[row] = step.startMs + step.ms;
      return {
        name: step.title,
        cat: step.kind,
        ph: 'X',
        ts: Math.round(step.startMs * 1000),
        dur: Math.round(step.ms * 1000),
        pid: 1,
        tid: row + 1,
        args: { id: step.id, outcome: step.outcome },
      };
    });
  return JSON.stringify({ traceEvents: events, displayTimeUnit: 'ms' });
}
