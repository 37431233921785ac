import { createHash } from 'node:crypto';
import type { ProofReport } from '../result.ts';
import { collectAttachments, type PageLimits, type ReadArtifact } from './html/attachments.ts';
import { barLegend, timeScale } from './html/boot-bar.ts';
import { type CaseContext, caseDetails } from './html/case.ts';
import { facts, pageHead, verdict } from './html/head.ts';
import { html, type Markup, trusted } from './html/markup.ts';
import { matrixTable } from './html/matrix.ts';
import { script } from './html/script.ts';
import { style } from './html/style.ts';
import { byTest, countOutcomes, plural } from './summary.ts';

/**
 * The report as one HTML file that needs nothing beside it: pictures and logs are in it, as much of them as `limits` allows. What
 * guests said is shown as text; the page's own policy lets no other script run and loads nothing.
 */
export function htmlReport(report: ProofReport, read: ReadArtifact, limits?: PageLimits): string {
  const { title, text } = verdict(report);
  const context: CaseContext = {
    report,
    attachments: collectAttachments(report, read, limits),
    scale: timeScale(report),
  };
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}: ${report.name}, ${text}</title>
<style>${trusted(style)}</style>
</head>
<body>
${pageHead(report)}
<main>
${facts(report)}
<section aria-labelledby="matrix"><h2 id="matrix">Matrix</h2>
${matrixTable(report)}</section>
${cases(context)}
</main>
<script>${trusted(script)}</script>
</body>
</html>
`;
  return page.markup;
}

function cases(context: CaseContext): Markup {
  const { report, scale } = context;
  const { failed } = countOutcomes(report.cases);
  const filter =
    failed === 0 || failed === report.cases.length
      ? undefined
      : html`<p class="filter"><label><input type="checkbox" id="only-failed"> ${failed === 1 ? 'Only the failed case' : `Only the ${failed} failed cases`}</label></p>`;
  const tests = [...byTest(report)].map(
    ([test, list]) =>
      html`<section class="test${countOutcomes(list).failed === 0 ? '' : ' has-failed'}"><h3>${test} <span class="quiet">${plural(list.length, 'case')}</span></h3>
${list.map((one) => caseDetails(one, context))}</section>
`,
  );
  return html`<section class="cases" aria-labelledby="cases"><div class="cases-head"><h2 id="cases">Cases</h2>${filter}</div>
${barLegend(scale)}
${tests}</section>`;
}

/** Nothing but this style, this script and pictures that are in the page. */
function policy(): string {
  const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  return `default-src 'none'; style-src ${hash(style)}; script-src ${hash(script)}; img-src data:; base-uri 'none'; form-action 'none'`;
}
