import { dirname } from 'node:path';
import type { Place } from '../../base/errors.ts';

/** What stands for a file where a value comes from the command line. */
export const overrideFile = '--set';

/** A text that recipe values come from: a file, or the argument of `--set`. */
export interface Source {
  /** Absolute path of the file, or `--set`. */
  readonly file: string;
  /** Folder that relative paths in it start from, absolute. */
  readonly dir: string;
  readonly text: string;
}

/** A stretch of a source, as UTF-16 offsets. */
export interface Span {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

export function fileSource(file: string, text: string): Source {
  return { file, dir: dirname(file), text };
}

const lineStarts = new WeakMap<Source, readonly number[]>();

function startsOf(source: Source): readonly number[] {
  let starts = lineStarts.get(source);
  if (starts === undefined) {
    const found = [0];
    for (let at = source.text.indexOf('\n'); at !== -1; at = source.text.indexOf('\n', at + 1))
      found.push(at + 1);
    starts = found;
    lineStarts.set(source, starts);
  }
  return starts;
}

/** Line and column, counted in characters from 1; a span over several lines is cut at the end of its first. */
export function placeOf({ source, start, end }: Span): Place {
  const starts = startsOf(source);
  const after = starts.findIndex((at) => at > start);
  const line = after === -1 ? starts.length : after;
  const lineStart = starts[line - 1] ?? 0;
  const text = (source.text.slice(lineStart).split('\n', 1)[0] ?? '').replace(/\r$/, '');
  const characters = (from: number, to: number): number =>
    Array.from(text.slice(from, Math.max(from, to))).length;
  return {
    file: source.file,
    line,
    column: characters(0, start - lineStart) + 1,
    length: Math.max(1, characters(start - lineStart, Math.min(end - lineStart, text.length))),
    text,
  };
}
