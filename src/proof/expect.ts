import type { Json } from '../base/json.ts';
import type { CommandExpectation, TextExpectation } from '../recipe/test-types.ts';

/** What a command in a guest said. */
export interface CommandAnswer {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One thing that is not as it was expected. */
export interface Difference {
  /** `status`, `stdout`, or a place in JSON: `$[0].dst`. */
  readonly where: string;
  readonly expected: string;
  readonly came: string;
}

/** Everything about an answer that is not as expected; empty where it is right. */
export function differences(expect: CommandExpectation, answer: CommandAnswer): Difference[] {
  return [
    ...(expect.status === 'any' || expect.status === answer.status
      ? []
      : [{ where: 'status', expected: String(expect.status), came: String(answer.status) }]),
    ...textDifferences('stdout', expect.stdout, answer.stdout),
    ...textDifferences('stderr', expect.stderr, answer.stderr),
    ...(expect.json === undefined ? [] : outputDifferences(expect.json, answer.stdout)),
  ];
}

/** A difference as lines for a person. */
export function differenceLines(found: readonly Difference[]): string[] {
  return found.flatMap(({ where, expected, came }) => [
    `${where}:`,
    `  expected: ${expected}`,
    `  came:     ${came}`,
  ]);
}

function textDifferences(where: string, expect: TextExpectation | undefined, text: string): Difference[] {
  if (expect === undefined) return [];
  const came = shortText(text);
  const wrong = (expected: string): Difference => ({ where, expected, came });
  return [
    ...(expect.is === undefined || text.trim() === expect.is.trim() ? [] : [wrong(quoted(expect.is.trim()))]),
    ...expect.contains
      .filter((part) => !text.includes(part))
      .map((part) => wrong(`text with ${quoted(part)}`)),
    ...expect.lacks.filter((part) => text.includes(part)).map((part) => wrong(`no ${quoted(part)} in it`)),
    ...(expect.matches === undefined || new RegExp(expect.matches, 'm').test(text)
      ? []
      : [wrong(`text that matches /${expect.matches}/`)]),
  ];
}

function outputDifferences(expected: Json, stdout: string): Difference[] {
  let value: Json;
  try {
    value = JSON.parse(stdout) as Json;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [{ where: 'stdout', expected: 'JSON', came: `${shortText(stdout)} (${why})` }];
  }
  return jsonDifferences(expected, value);
}

/**
 * Where a JSON value does not hold what is expected. Of objects only the expected keys count; a list must have, in any
 * order, an element of its own for each expected one.
 */
export function jsonDifferences(expected: Json, came: Json | undefined, where = '$'): Difference[] {
  if (Array.isArray(expected)) {
    if (!Array.isArray(came)) return [mismatch(where, expected, came)];
    return listDifferences(expected as readonly Json[], came as readonly Json[], where);
  }
  if (isObject(expected)) {
    if (!isObject(came)) return [mismatch(where, expected, came)];
    return Object.entries(expected).flatMap(([key, value]) =>
      value === undefined ? [] : jsonDifferences(value, came[key], `${where}${member(key)}`),
    );
  }
  return expected === came ? [] : [mismatch(where, expected, came)];
}

function listDifferences(expected: readonly Json[], came: readonly Json[], where: string): Difference[] {
  const table = expected.map((one) =>
    came.map((element, n) => jsonDifferences(one, element, `${where}[${n}]`)),
  );
  const partners = assign(table.map((row) => row.map((found) => found.length === 0)));
  return expected.flatMap((one, n) => {
    if (partners[n] !== undefined) return [];
    const missing = `an element like ${shortJson(one)}`;
    // Where only one element can be meant, say what is wrong with it, instead of that it is not there.
    const only = expected.length === 1 && came.length === 1 ? table[n]?.[0] : undefined;
    if (only !== undefined && isObject(one) && isObject(came[0])) return only;
    return [{ where, expected: missing, came: came.length === 0 ? 'an empty list' : shortJson([...came]) }];
  });
}

/**
 * Gives as many rows as possible a column of their own among those they may have (augmenting paths): a greedy choice could
 * take away the only partner of a later row.
 */
function assign(allowed: readonly (readonly boolean[])[]): (number | undefined)[] {
  const rowOf = new Map<number, number>();
  const place = (row: number, tried: Set<number>): boolean =>
    (allowed[row] ?? []).some((may, column) => {
      if (!may || tried.has(column)) return false;
      tried.add(column);
      const holder = rowOf.get(column);
      if (holder !== undefined && !place(holder, tried)) return false;
      rowOf.set(column, row);
      return true;
    });
  allowed.forEach((_, row) => place(row, new Set()));
  const columnOf = new Map([...rowOf].map(([column, row]) => [row, column]));
  return allowed.map((_, row) => columnOf.get(row));
}

function mismatch(where: string, expected: Json, came: Json | undefined): Difference {
  return { where, expected: shortJson(expected), came: came === undefined ? 'nothing' : shortJson(came) };
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json | undefined } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function member(key: string): string {
  return /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

const longest = 400;

function shortJson(value: Json): string {
  return cut(JSON.stringify(value));
}

/** A text as one line: short ones in quotes, so that spaces and line ends are seen. */
function shortText(text: string): string {
  return text === '' ? 'nothing' : quoted(text.trimEnd());
}

function quoted(text: string): string {
  return cut(JSON.stringify(text));
}

function cut(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}… (${text.length} characters)`;
}
