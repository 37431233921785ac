import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { packageRoot } from '../../src/base/package-root.ts';
import { nameOfCase } from '../../src/proof/report/summary.ts';
import type { CaseResult, ProofReport } from '../../src/proof/result.ts';
import { testFolder } from '../helpers/test-command.ts';

const fixture = inject('fixture');
const shipped = ['cloudbios', 'diskbios', 'minimal'];

/** Reports, serial logs and pictures are kept here, for CI to save. */
const kept = join(packageRoot(), 'test-results', 'recipes');

const { dir, test: diskbiosTest } = testFolder(fixture, 'recipes');
const recipes = shipped.map((name) => join(fixture.recipes, `${name}.yaml`));
const { out, err } = await diskbiosTest([...recipes, '--json'], { timeout: 3_600_000 });
rmSync(kept, { recursive: true, force: true });
mkdirSync(kept, { recursive: true });
await cp(join(dir, 'out', 'tests'), kept, { recursive: true });

/** Each case of the recipes' own `tests:` counts as a test of the project. */
describe.each(shipped)('recipes/%s.yaml', (name) => {
  const report = (JSON.parse(out) as ProofReport[]).find((one) => one.name === name);
  const cases = (report?.cases ?? []).map((one): [string, CaseResult] => [nameOfCase(one), one]);
  test.each(cases)('%s', (_, one) => {
    expect(one.failure, err).toBeNull();
    expect(one.outcome).toBe('passed');
  });
});

test('the recipes have tests', () => {
  expect(readFileSync(join(kept, 'minimal', 'summary.txt'), 'utf8')).toMatch(/passed, 0 failed\n$/);
});
