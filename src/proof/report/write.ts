import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
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
  /** Another place for the JUnit file. */
  readonly junit?: string | undefined;
}

/** Names of the reports in the folder of artifacts. */
export const reportFiles = {
  html: 'report.html',
  json: 'report.json',
  junit: 'junit.xml',
  text: 'summary.txt',
} as const;

/** Writes all reports of a run. */
export function writeReports(report: ProofReport, { dir, shownAs, junit }: WriteOptions): void {
  const read = (file: string): Uint8Array | undefined => {
    const path = join(dir, file);
    return existsSync(path) ? readFileSync(path) : undefined;
  };
  const xml = junitReport(report, { artifacts: shownAs });
  write(join(dir, reportFiles.html), htmlReport(report, read));
  write(join(dir, reportFiles.json), jsonReport(report));
  write(join(dir, reportFiles.text), terminalSummary(report, { colour: false, artifacts: shownAs }));
  write(join(dir, reportFiles.junit), xml);
  if (junit !== undefined) write(junit, xml);
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
