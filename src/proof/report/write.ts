import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProofReport } from '../result.ts';
import { htmlReport } from './html.ts';
import { jsonReport } from './json.ts';
import { junitReport } from './junit.ts';
import { terminalSummary } from './terminal.ts';

export interface WriteOptions {
  /** Folder that holds logs and pictures already, and gets the reports. */
  readonly dir: string;
  /** The folder as it will be found by those who read the reports: relative to where CI looks from, or absolute. */
  readonly shownAs: string;
}

/** Names of the reports in the folder of artifacts. */
export const reportFiles = {
  html: 'report.html',
  json: 'report.json',
  junit: 'junit.xml',
  text: 'summary.txt',
} as const;

/** Writes all reports of a run. */
export function writeReports(report: ProofReport, { dir, shownAs }: WriteOptions): void {
  const read = (file: string): Uint8Array | undefined => {
    const path = join(dir, file);
    return existsSync(path) ? readFileSync(path) : undefined;
  };
  writeFileSync(join(dir, reportFiles.html), htmlReport(report, read));
  writeFileSync(join(dir, reportFiles.json), jsonReport(report));
  writeFileSync(join(dir, reportFiles.text), terminalSummary(report, { colour: false, artifacts: shownAs }));
  writeFileSync(join(dir, reportFiles.junit), junitReport(report, { artifacts: shownAs }));
}
