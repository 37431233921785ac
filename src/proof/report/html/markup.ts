import { readable } from '../text.ts';

/** A piece of HTML. Only `html` and `trusted` make one, so that no text of a guest gets into the page as markup. */
export interface Markup {
  readonly markup: string;
}

type Part = Markup | string | number | undefined | readonly Part[];

/** A template for HTML: whatever is filled in is text and is escaped, unless it is markup already; `undefined` is nothing. */
export function html(fixed: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { markup: fixed.reduce((text, next, n) => `${text}${rendered(parts[n - 1])}${next}`) };
}

/** Markup that this program wrote itself: styles and scripts. */
export function trusted(markup: string): Markup {
  return { markup };
}

function rendered(part: Part): string {
  if (part === undefined) return '';
  if (typeof part === 'string') return escapeText(part);
  if (typeof part === 'number') return String(part);
  return 'markup' in part ? part.markup : part.map(rendered).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeText(text: string): string {
  return readable(text).replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

/** A sentence in which code stands in backticks. */
export function sentence(text: string): Markup {
  return html`${text.split('`').map((part, n) => (n % 2 === 0 ? part : html`<code>${part}</code>`))}`;
}
