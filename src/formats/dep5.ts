import { sha256 } from '../base/json.ts';
import { parseStanzas, type Stanza, stanzaField } from './control-file.ts';
import { spdxLicence } from './spdx-licences.ts';

/** A licence that SPDX has no name for, with its words. */
export interface ExtractedLicence {
  /** `LicenseRef-…` */
  readonly id: string;
  /** As the package calls it. */
  readonly name: string;
  readonly text: string;
}

export interface DeclaredLicence {
  /** SPDX licence expression. */
  readonly expression: string;
  readonly extracted: readonly ExtractedLicence[];
}

/** A field's further lines as text: one leading space less, ` .` for an empty line. */
function fieldText(lines: readonly string[]): string {
  return lines
    .map((line) => (line.trim() === '.' ? '' : line.replace(/^[ \t]/, '')))
    .join('\n')
    .trim();
}

interface LicenceField {
  readonly name: string;
  readonly text: string | undefined;
}

function licenceField(stanza: Stanza): LicenceField | undefined {
  const value = stanzaField(stanza, 'License');
  if (value === undefined) return undefined;
  const [first = '', ...rest] = value.split('\n');
  const text = fieldText(rest);
  return { name: first.trim(), text: text === '' ? undefined : text };
}

function licenceRef(name: string, text: string): ExtractedLicence {
  const plain = name.replace(/[^a-zA-Z0-9.]+/g, '-').replace(/^-+|-+$/g, '');
  return { id: `LicenseRef-${plain.slice(0, 48)}-${sha256(text).slice(0, 8)}`, name, text };
}

/** Joins expressions with an operator, in parentheses where the operator inside is another. */
function join(parts: readonly string[], operator: 'AND' | 'OR'): string {
  const other = operator === 'AND' ? / OR / : / AND /;
  // What is joined already by the same operator needs no second level.
  const flat = parts.flatMap((part) => (other.test(part) ? [part] : part.split(` ${operator} `)));
  const unique = [...new Set(flat)].sort();
  if (unique.length === 1) return unique[0] ?? '';
  return unique.map((part) => (other.test(part) ? `(${part})` : part)).join(` ${operator} `);
}

/**
 * What a package's machine-readable `copyright` file (Debian's copyright-format 1.0, "DEP-5") declares for the package
 * as a whole: the header's licence, else all licences of its files together. `undefined` where the file is not of that
 * format, or leaves a licence without a name.
 */
export function declaredLicence(copyright: string, packageName: string): DeclaredLicence | undefined {
  let stanzas: Stanza[];
  try {
    stanzas = parseStanzas(copyright);
  } catch {
    // Free text, or a file that breaks its own format: nothing can be said.
    return undefined;
  }
  const [header, ...others] = stanzas;
  if (header === undefined || stanzaField(header, 'Format')?.includes('copyright-format') !== true)
    return undefined;

  const texts = new Map<string, string>();
  for (const stanza of stanzas) {
    const field = licenceField(stanza);
    if (field?.text !== undefined && !texts.has(field.name.toLowerCase()))
      texts.set(field.name.toLowerCase(), field.text);
  }
  const whole = licenceField(header);
  const declared =
    whole === undefined || whole.name === ''
      ? others.filter((stanza) => stanzaField(stanza, 'Files') !== undefined).map(licenceField)
      : [whole];
  if (declared.length === 0 || declared.some((field) => field === undefined || field.name === ''))
    return undefined;

  const extracted = new Map<string, ExtractedLicence>();
  function one(name: string, context: string): string {
    const text = texts.get(name.toLowerCase()) ?? texts.get(context.toLowerCase());
    const known = spdxLicence(name, text);
    if (known !== undefined) return known;
    const words =
      text ?? `The words of "${name}" are in /usr/share/doc/${packageName}/copyright of the package.`;
    const reference = licenceRef(name, words);
    extracted.set(reference.id, reference);
    return reference.id;
  }
  // `and` binds closer than `or`, and a comma before either parts first (copyright-format 1.0, "Syntax").
  function expression(name: string, context: string): string {
    for (const [pattern, operator] of [
      [/,\s*and\s+/i, 'AND'],
      [/,\s*or\s+/i, 'OR'],
      [/\s+or\s+/i, 'OR'],
      [/\s+and\s+/i, 'AND'],
    ] as const) {
      const parts = name.split(pattern);
      if (parts.length > 1)
        return join(
          parts.map((part) => expression(part.trim(), context)),
          operator,
        );
    }
    return one(name, context);
  }
  const parts = declared.map((field) => expression(field?.name ?? '', field?.name ?? ''));
  return {
    expression: join(parts, 'AND'),
    extracted: [...extracted.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
  };
}
