import type { WorkEvent } from '../../base/events.ts';
import { formatDuration } from '../../base/sizes.ts';

type StepEnd = Extract<WorkEvent, { type: 'step-end' }>;

/** Packages are read many at once by few processes: their single times are mostly waiting. */
function packagesLine(packages: readonly StepEnd[]): string[] {
  if (packages.length === 0) return [];
  const from = Math.min(...packages.map((step) => step.startMs));
  const until = Math.max(...packages.map((step) => step.startMs + step.ms));
  return [
    `${formatDuration(until - from).padStart(9)}  ${'package'.padEnd(14)} read ${packages.length} packages, all together`,
  ];
}

/** The steps that ran, the longest first, as a table, and the peak of the process's own memory. */
export function timingsTable(ended: readonly StepEnd[]): string {
  const ran = ended.filter((step) => step.outcome === 'built').sort((a, b) => b.ms - a.ms);
  const lines = [
    ...packagesLine(ran.filter((step) => step.kind === 'package')),
    ...ran
      .filter((step) => step.kind !== 'package')
      .map((step) => `${formatDuration(step.ms).padStart(9)}  ${step.kind.padEnd(14)} ${step.title}`),
  ];
  const peak = (process.resourceUsage().maxRSS * 1024) / 1e6;
  lines.push(
    `${ran.length} steps ran, ${ended.length - ran.length} came from the store; peak memory ${peak.toFixed(0)} MB, without commands`,
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
