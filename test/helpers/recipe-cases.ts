import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { packageRoot } from '../../src/base/package-root.ts';
import { nameOfCase } from '../../src/proof/report/summary.ts';
import type { CaseResult, ProofReport } from '../../src/proof/result.ts';
import type { Ended } from './plain-user.ts';
import { testFolder } from './test-command.ts';

/** Reports, serial logs and pictures are kept here, for CI to save. */
export const keptReports = join(packageRoot(), 'test-results', 'recipes');

/** What a run of `diskbios test` left. */
export interface ProvenRecipes {
  /** The folder in which it ran. */
  readonly dir: string;
  readonly ended: Ended;
  readonly reports: readonly ProofReport[];
}

/**
 * Runs the `tests:` of recipes, or those cases that `filter` means; each case counts as a test of the project. Must be awaited at the
 * top of a test file. One machine at a time: other test files run beside it.
 */
export async function recipeCases(
  folder: string,
  names: readonly string[],
  filter?: RegExp,
): Promise<ProvenRecipes> {
  const fixture = inject('fixture');
  const { dir, test: diskbiosTest } = testFolder(fixture, folder);
  const recipes = names.map((name) => join(fixture.recipes, `${name}.yaml`));
  const chosen = filter === undefined ? [] : ['--filter', String(filter)];
  const ended = await diskbiosTest([...recipes, '--json', '--jobs', '1', ...chosen], { timeout: 3_600_000 });
  const { out, err } = ended;
  mkdirSync(keptReports, { recursive: true });
  for (const name of names) {
    rmSync(join(keptReports, name), { recursive: true, force: true });
    cpSync(join(dir, 'out', 'tests', name), join(keptReports, name), { recursive: true });
  }
  const reports = JSON.parse(out) as ProofReport[];
  describe.each(names)('%s.yaml', (name) => {
    const report = reports.find((one) => one.name === name);
    const cases = (report?.cases ?? []).map((one): [string, CaseResult] => [nameOfCase(one), one]);
    test('has cases', () => {
      expect(cases.length, err).toBeGreaterThan(0);
    });
    test.each(cases)('%s', (_, one) => {
      expect(one.failure, err).toBeNull();
      expect(one.outcome).toBe('passed');
    });
  });
  return { dir, ended, reports };
}
