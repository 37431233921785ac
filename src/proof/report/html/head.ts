import { formatBytes, formatDuration } from '../../../base/sizes.ts';
import type { ProofReport } from '../../result.ts';
import { type Counts, countOutcomes, plural } from '../summary.ts';
import { html, type Markup } from './markup.ts';
import { outcomeSign } from './outcome.ts';

/** Whether all is well, in words and numbers. */
export function verdict(report: ProofReport): {
  readonly passed: boolean;
  readonly title: string;
  readonly text: string;
} {
  const counts = countOutcomes(report.cases);
  const passed = counts.failed === 0 && counts.passed > 0 && counts.notRun === 0;
  if (passed)
    return {
      passed,
      title: 'Passed',
      text: `${counts.passed} of ${plural(report.cases.length, 'case')} passed`,
    };
  const rest = [
    ...(counts.passed > 0 ? [`${counts.passed} passed`] : []),
    ...(counts.notRun > 0 ? [`${counts.notRun} not run`] : []),
  ];
  if (counts.failed > 0) {
    const text = `${counts.failed} of ${plural(report.cases.length, 'case')} failed`;
    return { passed, title: 'Failed', text: [text, ...rest].join(', ') };
  }
  return { passed, title: 'Not finished', text: rest.join(', ') || 'no case was run' };
}

export function pageHead(report: ProofReport): Markup {
  const { passed, title, text } = verdict(report);
  const outcome = passed ? 'passed' : title === 'Failed' ? 'failed' : 'not-run';
  return html`<header>
<p class="kind">diskbios boot proof</p>
<h1>${report.name}${report.version === undefined ? undefined : html` <small>${report.version}</small>`}</h1>
<div class="verdict ${outcome}">
<p>${outcomeSign(outcome)} <strong>${title}:</strong> ${text}</p>
${proportions(countOutcomes(report.cases))}
</div>
</header>`;
}

function proportions(counts: Counts): Markup | undefined {
  const all = counts.passed + counts.failed + counts.notRun;
  if (all === 0) return undefined;
  let x = 0;
  const parts = (
    [
      ['failed', counts.failed],
      ['not-run', counts.notRun],
      ['passed', counts.passed],
    ] as const
  ).map(([outcome, count]) => {
    const width = (count / all) * 100;
    const part = html`<rect class="part-${outcome}" x="${x.toFixed(2)}%" width="${width.toFixed(2)}%" height="100%"/>`;
    x += width;
    return part;
  });
  return html`<svg class="proportions" aria-hidden="true" width="100%" height="6">${parts}</svg>`;
}

/** When and on what it ran, and the images under test. */
export function facts({ started, durationMs, machine, images }: ProofReport): Markup {
  const when = started.replace('T', ' ').replace(/(?:\.\d+)?Z$/, ' UTC');
  const rows: readonly [string, Markup | string][] = [
    ['Started', html`<time datetime="${started}">${when}</time>`],
    ['Took', formatDuration(durationMs)],
    [
      'Accelerator',
      html`${accelerators[machine.accelerator]} <span class="quiet">(${machine.reason})</span>`,
    ],
    ['QEMU', machine.qemu],
    ['Machine', `${plural(machine.processors, 'processor')}, ${plural(machine.jobs, 'case')} at a time`],
    ['Time limits', `× ${Number(machine.patience.toFixed(2))}`],
  ];
  const list = rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`);
  const head = ['Image', 'Medium', 'Size', 'SHA-256', 'Agent'].map(
    (name) => html`<th scope="col">${name}</th>`,
  );
  const imageRows = images.map(
    ({ file, medium, size, sha256, agent }) =>
      html`<tr><th scope="row"><span title="${file}">${file.slice(file.lastIndexOf('/') + 1)}</span></th><td>${medium}</td><td>${formatBytes(size)}</td><td><code class="digest">${sha256}</code></td><td>${agent ? 'built in for the test' : 'none'}</td></tr>`,
  );
  return html`<section class="about" aria-label="What was tested, and on what">
<dl class="facts">${list}</dl>
<div class="scroll" role="group" tabindex="0" aria-label="Images"><table class="images">
<thead><tr>${head}</tr></thead><tbody>${imageRows}</tbody></table></div>
</section>`;
}

const accelerators = { kvm: 'KVM', hvf: 'HVF', tcg: 'TCG, emulation in software' } as const;
