/** The cursor is sent elsewhere, by boot menus for each of their lines. */
const jumps = /\x1b\[[0-9;]*[Hf]/g;

/** What else steers a terminal: colours (CSI), titles and links (OSC and its like), character sets, single letters. */
const escapes =
  /\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)|\x1b[()*+][ -~]|\x1b[ -~]/g;

/**
 * What may not stand in XML 1.0, and what would change how the text around it is shown: control characters but tab and line
 * end, non-characters, halves of surrogate pairs, marks that turn the direction of writing.
 */
const unfit =
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]|\p{Surrogate}/gu;

/** A guest's words as text that can be shown anywhere: guests may say anything, also on purpose. */
export function readable(text: string): string {
  return text.replace(jumps, '\n').replace(escapes, '').replace(unfit, '');
}

/** The same, on one line. */
export function oneLine(text: string): string {
  return readable(text).replace(/\s+/g, ' ').trim();
}

export interface CutText {
  readonly before: string;
  /** Lines left out in the middle; 0: the text is whole. */
  readonly left: number;
  readonly after: string;
}

/** The beginning and the end of a text, whole lines, of at most `limit` characters: a boot's start and what came last. */
export function cutMiddle(text: string, limit: number): CutText {
  if (text.length <= limit) return { before: text, left: 0, after: '' };
  const head = Math.floor(limit * 0.4);
  const tail = text.length - (limit - head);
  const headEnd = text.lastIndexOf('\n', head) + 1 || head;
  const lineStart = text.indexOf('\n', tail) + 1;
  const tailStart = lineStart === 0 || lineStart > text.length - 1 ? tail : lineStart;
  const left = text.slice(headEnd, tailStart).split('\n').length - 1;
  return { before: text.slice(0, headEnd), left: Math.max(1, left), after: text.slice(tailStart) };
}
