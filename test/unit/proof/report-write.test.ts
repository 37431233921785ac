import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { writeReports } from '../../../src/proof/report/write.ts';
import { failedCase, guest, proofReport } from '../../helpers/proof-report.ts';

const root = mkdtempSync(join(tmpdir(), 'reports-'));
afterEach(() => rmSync(root, { recursive: true, force: true }));

test('all reports lie beside the logs that they show, and name them as they will be found', () => {
  const dir = join(root, 'tmp');
  mkdirSync(join(dir, 'cases/a'), { recursive: true });
  writeFileSync(join(dir, 'cases/a/pe.serial.log'), 'words of the guest\n');
  const report = proofReport([
    failedCase({ guests: [guest('cases/a'), guest('cases/gone', { name: 'other' })] }),
  ]);
  writeReports(report, { dir, shownAs: 'test-report' });

  expect(readdirSync(dir).sort()).toEqual([
    'cases',
    'junit.xml',
    'report.html',
    'report.json',
    'summary.txt',
  ]);
  const read = (file: string): string => readFileSync(join(root, file), 'utf8');
  expect(read('tmp/report.html')).toContain('words of the guest');
  expect(read('tmp/report.html')).toContain('there is no log');
  expect(JSON.parse(read('tmp/report.json'))).toHaveProperty('format', 1);
  expect(read('tmp/summary.txt')).toContain('serial log: test-report/cases/a/pe.serial.log');
  expect(read('tmp/junit.xml')).toContain('test-report/cases/a/pe.serial.log');
});
