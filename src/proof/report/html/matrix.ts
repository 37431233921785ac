import { firmwareNames } from '../../../base/machine.ts';
import { formatBytes, formatDuration } from '../../../base/sizes.ts';
import { mediumWord } from '../../cases.ts';
import type { CaseResult, ProofReport } from '../../result.ts';
import { byTest, countOutcomes, readyTime } from '../summary.ts';
import { html, type Markup } from './markup.ts';
import { outcomeBadge } from './outcome.ts';

/** Where a case stands in the page. */
export function anchorOf(report: ProofReport, one: CaseResult): string {
  return `case-${report.cases.indexOf(one) + 1}`;
}

/** All cases at a glance: rows are tests and machines, columns media. */
export function matrixTable(report: ProofReport): Markup {
  const media = [...new Set(report.cases.map(({ medium }) => mediumWord(medium)))];
  const manyCpus = new Set(report.cases.map(({ cpus }) => cpus)).size > 1;
  const groups = [...byTest(report)].map(([test, cases]) => {
    const rows = new Map<string, CaseResult[]>();
    for (const one of cases) {
      const name = machineName(one, manyCpus);
      rows.set(name, [...(rows.get(name) ?? []), one]);
    }
    return html`<tbody>
<tr class="test"><th scope="rowgroup" colspan="${media.length + 1}">${test}</th></tr>
${[...rows].map(([name, row]) => matrixRow(report, { name, row, media }))}</tbody>
`;
  });
  return html`<div class="scroll" role="group" tabindex="0" aria-label="Matrix of results"><table class="matrix">
<thead><tr><th scope="col">Test and machine</th>${media.map((medium) => html`<th scope="col">${medium}</th>`)}</tr></thead>
${groups}</table></div>`;
}

function machineName({ firmware, memory, cpus }: CaseResult, manyCpus: boolean): string {
  const name = `${firmwareNames[firmware]}, ${formatBytes(memory).replace('.0 ', ' ')}`;
  return manyCpus ? `${name}, ${cpus === 1 ? '1 processor' : `${cpus} processors`}` : name;
}

function matrixRow(
  report: ProofReport,
  { name, row, media }: { name: string; row: readonly CaseResult[]; media: readonly string[] },
): Markup {
  const cells = media.map((medium) =>
    matrixCell(
      report,
      row.filter((one) => mediumWord(one.medium) === medium),
    ),
  );
  return html`<tr><th scope="row">${name}</th>${cells}</tr>
`;
}

function matrixCell(report: ProofReport, cases: readonly CaseResult[]): Markup {
  const [first] = cases;
  if (first === undefined) return html`<td class="none">no case</td>`;
  const counts = countOutcomes(cases);
  const outcome = counts.failed > 0 ? 'failed' : counts.passed > 0 ? 'passed' : 'not-run';
  const alike = cases.filter((one) => one.outcome === outcome);
  // Of several repetitions, one that failed is what a person wants to see.
  const [shown = first] = alike;
  const many =
    cases.length === 1 ? undefined : html`<span class="count">${alike.length} of ${cases.length}</span>`;
  const names = [...new Set(alike.flatMap(({ failure }) => failure?.name ?? []))].join(', ');
  const why = outcome === 'failed' ? html`<span class="why">${names}</span>` : undefined;
  return html`<td class="cell ${outcome}"><div><a href="#${anchorOf(report, shown)}">${outcomeBadge(outcome)}${many}</a>${why}${times(cases)}</div></td>`;
}

function times(cases: readonly CaseResult[]): Markup | undefined {
  const ran = cases.filter(({ outcome }) => outcome !== 'not-run');
  if (ran.length === 0) return undefined;
  const ready = ran.flatMap((one) => readyTime(one) ?? []);
  const shownReady = ready.length === 0 ? undefined : html`<span>ready ${spread(ready)}</span>`;
  return html`<span class="times">${shownReady}<span>total ${spread(ran.map(({ durationMs }) => durationMs))}</span></span>`;
}

/** One number as it is; of several the median, the least and the greatest. */
function spread(numbers: readonly number[]): string {
  const sorted = [...numbers].sort((a, b) => a - b);
  const [least = 0] = sorted;
  const middle = formatDuration(sorted[Math.floor(sorted.length / 2)] ?? least);
  if (sorted.length === 1) return middle;
  return `${middle} (${formatDuration(least)} to ${formatDuration(sorted.at(-1) ?? least)})`;
}
