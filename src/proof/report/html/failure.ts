import type { CaseFailure, CaseResult } from '../../result.ts';
import { explain } from '../explain.ts';
import type { Attachments } from './attachments.ts';
import { html, type Markup, sentence } from './markup.ts';
import { byHand, pictureFigure } from './pieces.ts';

/** Why a case failed: name and message first, then what helps to find out more. */
export function failureBlock(one: CaseResult, failure: CaseFailure, attachments: Attachments): Markup {
  const explanation = explain(failure.name);
  const { screenshot, command, lastLines } = failure;
  return html`<section class="failure">
<h5><code>${failure.name}</code> ${failure.message}</h5>
<p class="where">${whereText(one, failure)}</p>
${failure.detail.length === 0 ? undefined : html`<pre class="detail">${failure.detail.map(detailLine)}</pre>`}
${explanation === undefined ? undefined : html`<dl class="explanation"><div><dt>What it means</dt><dd>${sentence(explanation.means)}</dd></div><div><dt>What to try</dt><dd>${sentence(explanation.next)}</dd></div></dl>`}
<div class="evidence">
${lastLines.length === 0 ? undefined : html`<div><h6>Last lines on the serial console</h6><pre class="log" tabindex="0">${lastLines.join('\n')}</pre></div>`}
${screenshot === undefined ? undefined : pictureFigure({ title: 'Screen when it failed', file: screenshot }, attachments)}
</div>
${command === undefined ? undefined : byHand(command, 'h6')}
</section>`;
}

function whereText({ steps }: CaseResult, { step, guest, place }: CaseFailure): Markup {
  const at = step === undefined ? undefined : steps[step];
  const where =
    at === undefined
      ? html`Before the first step`
      : html`In step ${(step ?? 0) + 1} of ${steps.length}, <q>${at.title}</q>`;
  return html`${where}${guest === undefined ? undefined : html`, machine ${guest}`}${place === undefined ? undefined : html`, at <code>${place}</code>`}`;
}

/** A line that says what was expected or what came is told apart. */
function detailLine(line: string): Markup {
  const match = /^(\s*)(expected|came):(.*)$/.exec(line);
  if (match === null) return html`${line}\n`;
  const [, space = '', word = '', rest = ''] = match;
  return html`${space}<b class="${word}">${word}:</b>${rest}\n`;
}
