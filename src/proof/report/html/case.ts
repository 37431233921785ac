import { formatDuration } from '../../../base/sizes.ts';
import type { CaseResult, ProofReport, StepResult } from '../../result.ts';
import { readyTime } from '../summary.ts';
import type { Attachments } from './attachments.ts';
import { bootBar, bootTable } from './boot-bar.ts';
import { failureBlock } from './failure.ts';
import { html, type Markup } from './markup.ts';
import { anchorOf } from './matrix.ts';
import { outcomeBadge } from './outcome.ts';
import { byHand, pictureFigure, serialLog } from './pieces.ts';

export interface CaseContext {
  readonly report: ProofReport;
  readonly attachments: Attachments;
  /** Milliseconds at the right end of all bars. */
  readonly scale: number;
}

/** One case: a line with its bar, which opens to all that is known about it. Failed ones are open. */
export function caseDetails(one: CaseResult, context: CaseContext): Markup {
  const { report, attachments, scale } = context;
  const { failure, guests, outcome, steps } = one;
  const [boot] = guests.flatMap(({ boots }) => boots);
  const open = outcome === 'failed' ? html` open` : undefined;
  return html`<details class="case ${outcome}" id="${anchorOf(report, one)}"${open}>
<summary>${outcomeBadge(outcome)}<h4>${one.title === '' ? one.test : one.title}</h4><span class="bar-place">${boot === undefined ? undefined : bootBar(boot, scale)}</span>${summaryTimes(one)}</summary>
<div class="body">
${failure === undefined || outcome !== 'failed' ? undefined : failureBlock(one, failure, attachments)}
${outcome === 'not-run' && failure !== undefined ? html`<p>${failure.message}</p>` : undefined}
${steps.length === 0 ? undefined : stepTable(one)}
${guests.map((guest) => {
  const named = guests.length > 1 ? html`<h5>Machine ${guest.name}</h5>` : undefined;
  const { screenshots } = guest;
  const pictures =
    screenshots.length === 0
      ? undefined
      : html`<div class="pictures">${screenshots.map((shot) => pictureFigure(shot, attachments))}</div>`;
  // The failed machine's command stands with its failure.
  const shownAbove = guest.command === failure?.command;
  return html`<section class="guest">${named}${bootTable(guest.boots, scale)}${pictures}${shownAbove ? undefined : byHand(guest.command, 'h5')}${serialLog(guest, attachments)}</section>`;
})}
</div>
</details>
`;
}

function summaryTimes(one: CaseResult): Markup {
  if (one.outcome === 'not-run') return html`<span class="case-times"></span>`;
  const ready = readyTime(one);
  return html`<span class="case-times"><span>${ready === undefined ? 'not ready' : html`ready ${formatDuration(ready)}`}</span><span>total ${formatDuration(one.durationMs)}</span></span>`;
}

function stepTable({ steps, guests }: CaseResult): Markup {
  const several = guests.length > 1;
  const guestHead = several ? html`<th scope="col">Machine</th>` : undefined;
  return html`<div class="scroll" role="group" tabindex="0" aria-label="Steps"><table class="steps">
<thead><tr><th scope="col" class="number">#</th><th scope="col">Step</th>${guestHead}<th scope="col">Outcome</th><th scope="col" class="number">Began at</th><th scope="col" class="number">Took</th></tr></thead>
<tbody>${steps.map((step, n) => stepRow(step, { n, several }))}</tbody></table></div>`;
}

function stepRow(step: StepResult, { n, several }: { n: number; several: boolean }): Markup {
  const { title, guest, outcome, output } = step;
  const ran = outcome !== 'not-run';
  const said =
    output === undefined || output.trim() === ''
      ? undefined
      : html`<details class="output"><summary>Output</summary><pre tabindex="0">${output}</pre></details>`;
  return html`<tr class="${outcome}"><th scope="row" class="number">${n + 1}</th><td class="step"><code>${title}</code>${said}</td>${several ? html`<td>${guest}</td>` : undefined}<td>${outcomeBadge(outcome)}</td><td class="number">${ran ? formatDuration(step.startMs) : undefined}</td><td class="number">${ran ? formatDuration(step.durationMs) : undefined}</td></tr>
`;
}
