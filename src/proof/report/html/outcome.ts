import type { Outcome } from '../../result.ts';
import { html, type Markup } from './markup.ts';

const words: Readonly<Record<Outcome, string>> = { passed: 'passed', failed: 'failed', 'not-run': 'not run' };
/** Different shapes, so that nothing is told by colour alone. */
const shapes: Readonly<Record<Outcome, Markup>> = {
  passed: html`<path d="M3.5 8.5l3 3 6-7"/>`,
  failed: html`<path d="M4 4l8 8M12 4l-8 8"/>`,
  'not-run': html`<path d="M3.5 8h9"/>`,
};

/** A sign without words, where words stand beside it. */
export function outcomeSign(outcome: Outcome): Markup {
  return html`<svg class="sign ${outcome}" aria-hidden="true" viewBox="0 0 16 16" width="16" height="16">${shapes[outcome]}</svg>`;
}

/** Sign and word. */
export function outcomeBadge(outcome: Outcome): Markup {
  return html`<span class="outcome ${outcome}">${outcomeSign(outcome)} ${words[outcome]}</span>`;
}
