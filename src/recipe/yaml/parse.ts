import {
  type CollectionTag,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type ParsedNode,
  parseDocument,
  type ScalarTag,
  type TagId,
  type YAMLError,
} from 'yaml';
import type { Diagnostic } from '../../base/errors.ts';
import type { Located, LocatedPair, MergeTag } from './located.ts';
import { placeOf, type Source, type Span } from './source.ts';

/** Limits that no recipe meets, so that a hostile file (aliases of aliases) ends in a message. */
const limits = { nodes: 50_000, depth: 40 };

const customTags: (TagId | CollectionTag | ScalarTag)[] = [
  { tag: '!replace', collection: 'map' },
  { tag: '!replace', collection: 'seq' },
  { tag: '!remove', resolve: (text: string) => text },
];

export interface Parsed {
  /** `undefined` where the text is empty or has errors that leave nothing to go on. */
  readonly root: Located | undefined;
  readonly problems: readonly Diagnostic[];
}

/** Parses YAML from `offset` on; every node knows its place in the source. */
export function parseYaml(source: Source, offset = 0): Parsed {
  const text = source.text.slice(offset);
  const document = parseDocument(text, { customTags, prettyErrors: false });
  const problems = [...document.errors, ...document.warnings].map((error) => problem(error, source, offset));
  if (document.errors.some((error) => error.code !== 'DUPLICATE_KEY')) return { root: undefined, problems };
  if (document.contents === null) return { root: undefined, problems };
  const convert = new Converter(source, offset, document);
  const root = convert.node(document.contents, 0);
  return { root, problems: [...problems, ...convert.problems] };
}

/** yaml's own words, put for a person where they are hard to understand. */
const explained: Readonly<Record<string, { code?: string; message?: string; hint?: string }>> = {
  DUPLICATE_KEY: { code: 'duplicate-key', hint: 'keep one of the two' },
  TAB_AS_INDENT: { message: 'a tab is used for indentation', hint: 'YAML is indented with spaces' },
  BAD_INDENT: { hint: 'keys of one map stand in the same column' },
  MULTILINE_IMPLICIT_KEY: { hint: 'is a `:` missing behind a key, or a quote not closed?' },
  MISSING_CHAR: { hint: 'is a `:`, a quote or a bracket missing?' },
  BLOCK_AS_IMPLICIT_KEY: { hint: 'a text with `: ` in it must be in quotes' },
  MULTIPLE_DOCS: { message: 'a recipe is one YAML document; a second one starts here' },
  TAG_RESOLVE_FAILED: {
    code: 'unknown-tag',
    hint: 'the tags are !replace (lists and maps) and !remove (items of a list)',
  },
};

function problem(error: YAMLError, source: Source, offset: number): Diagnostic {
  const [start, end] = error.pos;
  const words = explained[error.code] ?? {};
  const span: Span = { source, start: start + offset, end: Math.max(end, start + 1) + offset };
  const written = source.text.slice(span.start).match(/^[^\s:]+/)?.[0] ?? '';
  const message =
    error.code === 'DUPLICATE_KEY'
      ? `the key \`${written}\` is given twice`
      : (words.message ?? sentence(error.message));
  return {
    code: words.code ?? 'yaml-syntax',
    message,
    place: placeOf(error.code === 'DUPLICATE_KEY' ? { ...span, end: span.start + written.length } : span),
    hint: words.hint,
  };
}

function sentence(text: string): string {
  return `YAML: ${text.slice(0, 1).toLowerCase()}${text.slice(1)}`;
}

class Converter {
  readonly problems: Diagnostic[] = [];
  readonly #source: Source;
  readonly #offset: number;
  readonly #document: Document.Parsed;
  #count = 0;

  constructor(source: Source, offset: number, document: Document.Parsed) {
    this.#source = source;
    this.#offset = offset;
    this.#document = document;
  }

  node(node: Node, depth: number): Located {
    const span = this.#span(node);
    this.#count += 1;
    if (this.#count > limits.nodes || depth > limits.depth) {
      if (this.#count <= limits.nodes * 2) {
        this.problems.push({
          code: 'too-large',
          message: 'too many values, or nested too deeply',
          place: placeOf(span),
        });
        this.#count = limits.nodes * 2;
      }
      return { kind: 'scalar', value: null, written: '', span };
    }
    if (isAlias(node)) {
      const target = node.resolve(this.#document);
      return target === undefined
        ? { kind: 'scalar', value: null, written: '', span }
        : this.node(target, depth + 1);
    }
    const tag = mergeTag(node.tag);
    if (isMap(node)) {
      const entries = new Map<string, LocatedPair>();
      for (const { key, value } of node.items as { key: ParsedNode; value: ParsedNode | null }[]) {
        const name = isScalar(key) ? key.source : this.#text(key);
        const keySpan = this.#span(key);
        // yaml has reported a second key of the same name; the first one counts.
        if (entries.has(name)) continue;
        entries.set(name, {
          key: keySpan,
          value:
            value === null
              ? { kind: 'scalar', value: null, written: '', span: keySpan }
              : this.node(value, depth + 1),
        });
      }
      return { kind: 'map', entries, span, tag };
    }
    if (isSeq(node)) {
      return { kind: 'list', items: node.items.map((item) => this.node(item as Node, depth + 1)), span, tag };
    }
    const { value, source } = node as { value: unknown; source?: string };
    const known = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    return { kind: 'scalar', value: known ? value : null, written: source ?? '', span, tag };
  }

  #span(node: Node): Span {
    const [start = 0, end = 0] = node.range ?? [];
    return { source: this.#source, start: start + this.#offset, end: end + this.#offset };
  }

  #text(node: Node): string {
    const { start, end } = this.#span(node);
    return this.#source.text.slice(start, end);
  }
}

function mergeTag(tag: string | undefined): MergeTag | undefined {
  return tag === '!replace' || tag === '!remove' ? tag : undefined;
}
