import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../src/base/package-root.ts';
import { jsonReport } from '../../../src/proof/report/json.ts';
import { jsonFields } from '../../../src/proof/report/json-fields.ts';
import { fillManual } from '../../../src/proof/report/manual.ts';
import { caseResult, failedCase, guest, proofReport } from '../../helpers/proof-report.ts';

/** Each key that is in a value, with the type of what it holds. */
function keys(value: unknown, path = ''): [string, string][] {
  if (Array.isArray(value)) return value.flatMap((item: unknown) => keys(item, `${path}[]`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]: [string, unknown]) => {
    const name = path === '' ? key : `${path}.${key}`;
    const type = item === null ? 'null' : Array.isArray(item) ? 'list' : typeof item;
    return [[name, type] as [string, string], ...keys(item, name)];
  });
}

const pictured = guest('a', { screenshots: [{ title: 'menu', file: 'menu.png' }] });
const report = proofReport([caseResult({ guests: [pictured] }), failedCase()]);

test('has every key of the manual and no other, of the type that it says', () => {
  const found = keys(JSON.parse(jsonReport(report)));
  expect(new Set(found.map(([path]) => path))).toEqual(new Set(Object.keys(jsonFields)));
  const types: Readonly<Record<string, readonly [string, string]>> = jsonFields;
  for (const [path, type] of found) expect(types[path]?.[0].split(' or '), path).toContain(type);
});

test('what is not known is null, not left out', () => {
  const { cases } = JSON.parse(jsonReport(report)) as { cases: [{ failure: unknown; steps: unknown[] }] };
  expect(cases[0].failure).toBeNull();
  expect(cases[0].steps[0]).toHaveProperty('output', null);
});

test('one report is one text, whatever order its keys were put in', () => {
  const { cases, ...others } = report;
  const turned = Object.fromEntries(
    Object.entries({ cases, ...others }).reverse(),
  ) as unknown as typeof report;
  expect(jsonReport(turned)).toBe(jsonReport(report));
});

test('the tables of docs/testing.md are the ones of this version (`make docs` writes them)', () => {
  const page = readFileSync(join(packageRoot(), 'docs/testing.md'), 'utf8');
  expect(page).toContain('| `cases[].outcome` | string |');
  expect(page).toContain('| `kernel-panic` |');
  expect(fillManual(page)).toBe(page);
});
