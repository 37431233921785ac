import type { Diagnostic } from '../base/errors.ts';
import { placeOf, type Span } from './yaml/source.ts';

interface More {
  readonly expected?: string | undefined;
  readonly hint?: string | undefined;
}

/** Collects mistakes and warnings, so that a person sees all of them at once. */
export interface Problems {
  readonly errors: Diagnostic[];
  readonly warnings: Diagnostic[];
  error(code: string, span: Span | undefined, message: string, more?: More): void;
  warn(code: string, span: Span | undefined, message: string, more?: More): void;
}

export function newProblems(): Problems {
  const errors: Diagnostic[] = [];
  const warnings: Diagnostic[] = [];
  const diagnostic = (
    code: string,
    span: Span | undefined,
    message: string,
    more: More = {},
  ): Diagnostic => ({
    code,
    message,
    place: span && placeOf(span),
    expected: more.expected,
    hint: more.hint,
  });
  return {
    errors,
    warnings,
    error: (...args) => void errors.push(diagnostic(...args)),
    warn: (...args) => void warnings.push(diagnostic(...args)),
  };
}

/** `did you mean …?`, or nothing. */
export function didYouMean(word: string | undefined): string | undefined {
  return word === undefined ? undefined : `did you mean \`${word}\`?`;
}

/** In the order of the files and lines; those of one place in the order they were found. */
export function inOrder(list: readonly Diagnostic[]): Diagnostic[] {
  const files = [...new Set(list.map((d) => d.place?.file ?? ''))];
  return list.toSorted(
    (a, b) =>
      files.indexOf(a.place?.file ?? '') - files.indexOf(b.place?.file ?? '') ||
      (a.place?.line ?? 0) - (b.place?.line ?? 0) ||
      (a.place?.column ?? 0) - (b.place?.column ?? 0),
  );
}
