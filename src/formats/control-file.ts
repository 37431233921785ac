import { FailedError } from '../base/errors.ts';

/**
 * A paragraph of a deb822 file: field names as written, in order. The lines that continue a value stay as they stand,
 * with their leading space, joined by `\n`, so that writing gives back what was read.
 */
export type Stanza = ReadonlyMap<string, string>;

/** Reads all paragraphs of a deb822 text (deb-control(5)): `control`, `status`, `Packages` … */
export function parseStanzas(text: string): Stanza[] {
  const stanzas: Stanza[] = [];
  let stanza = new Map<string, string>();
  let field: string | undefined;
  let number = 0;
  for (const line of text.split('\n')) {
    number += 1;
    if (line.startsWith('#')) continue;
    if (line.trim() === '') {
      if (stanza.size > 0) stanzas.push(stanza);
      stanza = new Map();
      field = undefined;
    } else if (line.startsWith(' ') || line.startsWith('\t')) {
      if (field === undefined) throw bad(number, line);
      stanza.set(field, `${stanza.get(field) ?? ''}\n${line.trimEnd()}`);
    } else {
      const colon = line.indexOf(':');
      if (colon < 1) throw bad(number, line);
      field = line.slice(0, colon);
      stanza.set(field, line.slice(colon + 1).trim());
    }
  }
  if (stanza.size > 0) stanzas.push(stanza);
  return stanzas;
}

/** The only paragraph of a package's `control` file. */
export function parseControl(text: string): Stanza {
  const [stanza] = parseStanzas(text);
  if (stanza === undefined) throw new FailedError('bad-control-file', 'a control file without fields');
  return stanza;
}

function bad(line: number, text: string): FailedError {
  return new FailedError('bad-control-file', `line ${line} is no "Field: value": ${text.slice(0, 80)}`);
}

/** A field's value; names differ by case only in sloppy files, so case does not count. */
export function stanzaField(stanza: Stanza, name: string): string | undefined {
  const exact = stanza.get(name);
  if (exact !== undefined) return exact;
  const wanted = name.toLowerCase();
  for (const [key, value] of stanza) if (key.toLowerCase() === wanted) return value;
  return undefined;
}

/** One paragraph as text, ending with a line end; paragraphs are parted by an empty line. */
export function formatStanza(stanza: Stanza): string {
  let text = '';
  for (const [name, value] of stanza) {
    text += value === '' || value.startsWith('\n') ? `${name}:${value}\n` : `${name}: ${value}\n`;
  }
  return text;
}

export function formatStanzas(stanzas: readonly Stanza[]): string {
  return stanzas.map(formatStanza).join('\n');
}
