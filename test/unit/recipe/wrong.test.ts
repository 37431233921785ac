import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Diagnostic } from '../../../src/base/errors.ts';
import { runRecipeCommand } from './run-check.ts';

/**
 * Every recipe in the folder is wrong. Beside it is what a person gets to see. In it, a comment with carets stands below
 * each mistake, `#   ^^^ code`; one in the first column is `#< code`; `#elsewhere: why` says that no comment can stand there.
 * `# check: …` in the first line gives more arguments. New expectations are written with UPDATE_EXPECTED=1, and read.
 */
const folder = fileURLToPath(new URL('../../fixtures/recipes/wrong', import.meta.url));
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => name.slice(0, -'.yaml'.length));

interface Mark {
  readonly line: number;
  readonly column: number;
  /** How many characters are underlined, where the mark says so. */
  readonly length?: number;
  readonly code: string;
}

function marksIn(text: string): Mark[] {
  let line = 0;
  return text.split('\n').flatMap((each, n): Mark[] => {
    const below = /^#\s*(\^+) (\S+)$/.exec(each);
    if (below !== null)
      return [{ line, column: each.indexOf('^') + 1, length: below[1]!.length, code: below[2]! }];
    const first = /^#< (\S+)$/.exec(each);
    if (first !== null) return [{ line, column: 1, code: first[1]! }];
    if (!each.startsWith('#elsewhere')) line = n + 1;
    return [];
  });
}

describe('wrong recipes', () => {
  test('there are plenty', () => expect(names.length).toBeGreaterThanOrEqual(45));

  test.each(names)('%s', async (name) => {
    const text = readFileSync(join(folder, `${name}.yaml`), 'utf8');
    const more = /^# check: (.*)$/m.exec(text)?.[1]?.split(' ') ?? [];
    const ran = await runRecipeCommand(['check', '--json', `${name}.yaml`, ...more], folder);
    expect(ran.code).toBe(2);

    const [result] = JSON.parse(ran.out) as [{ ok: boolean; errors: Diagnostic[] }];
    expect(result.ok).toBe(false);
    const file = join(folder, `${name}.yaml`);
    const found = result.errors.filter((each) => each.place?.file === file);
    const marks = marksIn(text);
    if (!text.includes('#elsewhere')) expect(marks.length).toBeGreaterThan(0);
    for (const mark of marks) {
      const { line, column, code } = mark;
      const same = found.find(
        (each) => each.code === code && each.place?.line === line && each.place.column === column,
      );
      expect(
        same,
        `${code} at ${line}:${column}; found ${JSON.stringify(found.map((e) => [e.code, e.place?.line, e.place?.column]))}`,
      ).toBeDefined();
      if (mark.length !== undefined && mark.length > 1) expect(same?.place?.length).toBe(mark.length);
    }
    if (!text.includes('#elsewhere')) expect(found.length).toBe(marks.length);

    const expectedFile = join(folder, `${name}.txt`);
    if (process.env['UPDATE_EXPECTED'] === '1') writeFileSync(expectedFile, ran.err);
    expect(existsSync(expectedFile), `${name}.txt`).toBe(true);
    expect(ran.err).toBe(readFileSync(expectedFile, 'utf8'));
  });
});
