import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../../src/base/package-root.ts';
import { junitReport, junitReports } from '../../../src/proof/report/junit.ts';
import { findProgram } from '../../../src/sys/run.ts';
import { caseResult, failedCase, guest, notRunCase, proofReport } from '../../helpers/proof-report.ts';

const schema = join(packageRoot(), 'test/fixtures/junit-10.xsd');
const xmllint = findProgram('xmllint');

/** What an XPath expression gives on a document, as a real parser reads it. */
function ask(xml: string, xpath: string): string {
  return execFileSync(xmllint ?? '', ['--xpath', xpath, '-'], { input: xml, encoding: 'utf8' }).trim();
}

function schemaMistakes(xml: string): string {
  const { status, stderr } = spawnSync(xmllint ?? '', ['--noout', '--schema', schema, '-'], {
    input: xml,
    encoding: 'utf8',
  });
  return status === 0 ? '' : stderr;
}

const hostile = '\u0000\u001b[31m</failure><x>&"\'\u0007\ufffe\ud800]]>\u202e tab\there';

const report = proofReport([
  caseResult({ as: 'cd' }),
  failedCase({ as: 'usb', durationMs: 12_345 }, { screenshot: 'cases/a/screen.png' }),
  notRunCase({ as: 'nvme' }),
  failedCase(
    { test: 'v1.2 & "more"' },
    { name: 'harness', message: hostile, place: undefined, lastLines: [hostile] },
  ),
]);

describe.skipIf(xmllint === undefined)('JUnit XML, as xmllint reads it (libxml2-utils)', () => {
  const xml = junitReport(report, { artifacts: 'test-report' });

  test('fits the schema, also with the worst that a guest can say', () => {
    expect(schemaMistakes(xml)).toBe('');
    expect(schemaMistakes(junitReport(proofReport([])))).toBe('');
    // The schema itself tells wrong from right.
    expect(schemaMistakes(xml.replace('<testcase ', '<testcase colour="red" '))).toContain('colour');
  });

  test('counts what is in it', () => {
    expect(ask(xml, 'concat(/*/@tests, " ", /*/@failures, " ", /*/@errors)')).toBe('4 1 1');
    expect(ask(xml, 'count(//testcase)')).toBe('4');
    expect(ask(xml, 'count(//failure)')).toBe('1');
    expect(ask(xml, 'count(//error)')).toBe('1');
    expect(ask(xml, 'count(//skipped)')).toBe('1');
    const first = '//testsuite[@name="boots everywhere"]';
    expect(ask(xml, `concat(${first}/@tests, ${first}/@failures, ${first}/@errors, ${first}/@skipped)`)).toBe(
      '3101',
    );
  });

  test('a failure says what, where and how to repeat it', () => {
    const failed = '//testcase[failure]';
    expect(ask(xml, `string(${failed}/@file)`)).toBe('recipes/cloudbios.yaml');
    expect(ask(xml, `string(${failed}/@line)`)).toBe('31');
    expect(ask(xml, `string(${failed}/@time)`)).toBe('12.345');
    expect(ask(xml, `string(${failed}/failure/@type)`)).toBe('expectation');
    const text = ask(xml, `string(${failed}/failure)`);
    expect(text).toContain('in step 2, run: ip -j route (pe)');
    expect(text).toContain('  expected: "default"');
    expect(text).toContain('to run it by hand:\nqemu-system-x86_64');
    const out = ask(xml, `string(${failed}/system-out)`);
    expect(out).toContain('  DISKBIOS-READY mode=live up=4.83');
    expect(out).toContain('\n[[ATTACHMENT|test-report/cases/a/screen.png]]');
    expect(out).toMatch(/^serial console of pe: test-report\/\S+pe\.serial\.log$/m);
  });

  test('no dot in a name makes packages of it, and no case hides another', () => {
    expect(ask(xml, 'string(//testcase[error]/@classname)')).toBe('cloudbios.v1_2 & "more"');
    const repeated = [1, 2].map((n) => caseResult({ repetition: n, title: `time ${n}` }));
    const names = ask(junitReport(proofReport(repeated)), '//testcase/@name').split('\n');
    expect(new Set(names).size).toBe(2);
  });

  test('keeps the words of a guest and none of its control characters', () => {
    expect(ask(xml, 'string(//error/@message)')).toBe('</failure><x>&"\']]> tab here');
  });

  test('says what it ran on', () => {
    const value = (name: string): string => ask(xml, `string((//property[@name="${name}"])[1]/@value)`);
    expect(value('accelerator')).toBe('tcg');
    expect(value('image.iso.sha256')).toMatch(/^[0-9a-f]{64}$/);
  });
});

test('a screenshot that several places name is attached once', () => {
  const shots = guest('a', { screenshots: [{ title: 'x', file: 'x.png' }] });
  const xml = junitReport(proofReport([failedCase({ guests: [shots] }, { screenshot: 'x.png' })]));
  expect(xml.match(/\[\[ATTACHMENT\|x\.png\]\]/g)).toHaveLength(1);
});

test('several reports in one: suites are named after their recipe too, and everything is counted together', () => {
  const other = proofReport([caseResult({ as: 'cd' })], { name: 'minimal' });
  const xml = junitReports([{ report, artifacts: 'out/tests/cloudbios' }, { report: other }]);
  expect(xml).toMatch(/<testsuites name="cloudbios, minimal" tests="5" failures="1" errors="1"/);
  expect(xml).toContain('<testsuite name="cloudbios: ');
  expect(xml).toContain('<testsuite name="minimal: ');
  expect([...xml.matchAll(/<testsuite [^>]*id="(\d+)"/g)].map(([, id]) => id)).toEqual(['0', '1', '2']);
  expect(junitReport(report)).not.toContain('name="cloudbios: ');
});
