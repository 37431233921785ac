import type { GuestResult } from '../../result.ts';
import type { Attachments } from './attachments.ts';
import { html, type Markup, trusted } from './markup.ts';

/** A command to paste into a shell. The button is there only where scripts run. */
export function byHand(command: string, heading: 'h5' | 'h6'): Markup {
  const open = trusted(`<${heading}>`);
  const close = trusted(`</${heading}>`);
  return html`<div class="by-hand">${open}To run it by hand${close}<button type="button" class="copy" hidden>Copy</button><pre tabindex="0"><code>${command}</code></pre></div>`;
}

export function pictureFigure(
  { title, file }: { title: string; file: string },
  attachments: Attachments,
): Markup {
  const picture = attachments.picture(file);
  const shown =
    picture === 'missing' || picture === 'too-large'
      ? html`<p class="quiet">${picture === 'missing' ? 'The picture is not there.' : 'The picture is too large for this page.'}</p>`
      : html`<img src="${picture.address}" alt="${title}">`;
  return html`<figure>${shown}<figcaption>${title} <span class="quiet file">${file}</span></figcaption></figure>`;
}

/** The serial console of a machine, folded up. */
export function serialLog({ name, serialLog: file }: GuestResult, attachments: Attachments): Markup {
  const log = attachments.log(file);
  if (log === 'missing' || log === 'too-large') {
    return html`<p class="quiet">Serial console of ${name}: ${log === 'missing' ? 'there is no log' : 'there is no room for it in this page'}, see <span class="file">${file}</span></p>`;
  }
  const cut =
    log.left === 0
      ? undefined
      : html`<span class="cut" role="note">… ${log.left} lines left out here; all of them are in ${file} …</span>\n`;
  return html`<details class="serial"><summary>Serial console of ${name} <span class="quiet file">${file}</span></summary><pre class="log" tabindex="0">${log.before}${cut}${log.after}</pre></details>`;
}
