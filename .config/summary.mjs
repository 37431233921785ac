// Sums up vitest's JSON reports in the one plain line that any CI understands.
import { readFileSync } from 'node:fs';

const sums = { passed: 0, failed: 0, skipped: 0 };
for (const file of process.argv.slice(2)) {
  const report = JSON.parse(readFileSync(file, 'utf8'));
  sums.passed += report.numPassedTests;
  sums.failed += report.numFailedTests;
  sums.skipped += report.numPendingTests + (report.numTodoTests ?? 0);
}
const skipped = sums.skipped > 0 ? `, ${sums.skipped} skipped` : '';
console.log(`${sums.passed} passed, ${sums.failed} failed${skipped}`);
if (sums.failed > 0 || sums.passed === 0) process.exitCode = 1;
if (process.env.CI && sums.skipped > 0) {
  console.error('in CI no test may be skipped: install what it needs');
  process.exitCode = 1;
}
