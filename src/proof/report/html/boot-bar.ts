import { formatDuration } from '../../../base/sizes.ts';
import type { BootTimes, ProofReport } from '../../result.ts';
import { html, type Markup } from './markup.ts';

/** The stages of a boot: what its part of the bar leads to, and what happens in it. */
export const stages = [
  { key: 'grub', title: 'GRUB', during: 'firmware' },
  { key: 'kernel', title: 'kernel', during: 'GRUB' },
  { key: 'init', title: 'init', during: 'kernel' },
  { key: 'ready', title: 'ready', during: 'PE' },
] as const;

/** The time that all bars of a report end at: the longest boot of all. Milliseconds. */
export function timeScale({ cases }: ProofReport): number {
  const boots = cases.flatMap(({ guests }) => guests.flatMap((guest) => guest.boots));
  return Math.max(1000, ...boots.map(lastSeen));
}

function lastSeen(boot: BootTimes): number {
  return Math.max(0, ...stages.map(({ key }) => boot[key] ?? 0));
}

/**
 * A boot as a bar of its stages, from power-on. It is drawn with attributes alone, so that the page needs no inline styles, and
 * it is a picture of numbers that stand beside it: readers of screens get these.
 */
export function bootBar(boot: BootTimes, scale: number): Markup {
  const percent = (ms: number): string => `${((Math.max(0, ms) / scale) * 100).toFixed(2)}%`;
  let from = 0;
  const parts = stages.flatMap(({ key, during }) => {
    const to = boot[key];
    if (to === undefined || to < from) return [];
    const part = html`<rect class="stage-${key}" x="${percent(from)}" width="${percent(to - from)}" height="100%"><title>${during}: ${formatDuration(to - from)}</title></rect>`;
    from = to;
    return [part];
  });
  return html`<svg class="bar" aria-hidden="true" width="100%" height="10">${parts}</svg>`;
}

/** What the colours of the bars mean, and how long the longest is. */
export function barLegend(scale: number): Markup {
  const items = stages.map(
    ({ key, title, during }) =>
      html`<li><svg class="swatch" aria-hidden="true" width="10" height="10"><rect class="stage-${key}" width="10" height="10"/></svg>${during}, until ${title}</li>`,
  );
  return html`<div class="legend"><span>Bars: power-on to ready; full width is ${formatDuration(scale)}.</span><ul>${items}</ul></div>`;
}

/** The boots of one machine with their numbers; a machine that was never on has none. */
export function bootTable(boots: readonly BootTimes[], scale: number): Markup | undefined {
  if (boots.length === 0) return undefined;
  const cell = (ms: number | undefined): Markup =>
    ms === undefined
      ? html`<td class="number none">not seen</td>`
      : html`<td class="number">${formatDuration(ms)}</td>`;
  const rows = boots.map(
    (boot, n) =>
      html`<tr><th scope="row">${boots.length === 1 ? 'Boot' : `Boot ${n + 1}`}</th>${stages.map(({ key }) => cell(boot[key]))}<td class="wide">${bootBar(boot, scale)}</td></tr>`,
  );
  return html`<div class="scroll" role="group" tabindex="0" aria-label="Times since power-on"><table class="boots">
<caption>Time since power-on until</caption>
<thead><tr><th scope="col"><span class="unseen">Boot</span></th>${stages.map(({ title }) => html`<th scope="col" class="number">${title}</th>`)}<th scope="col" class="wide"><span class="unseen">Bar</span></th></tr></thead>
<tbody>${rows}</tbody></table></div>`;
}
