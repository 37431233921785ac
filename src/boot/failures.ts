import type { BootFailure } from '../base/boot-failures.ts';
import { FailedError } from '../base/errors.ts';
import { advice } from './advice.ts';
import type { Finding } from './signs.ts';

export { recognise } from './signs.ts';
export type { BootFailure, Finding };

/** A guest that did not do what was awaited. */
export class BootError extends FailedError {
  readonly failure: BootFailure;
  /** The line that gave it away; empty where nothing was said. */
  readonly line: string;
  /** The last lines on its serial console. */
  readonly lastLines: readonly string[];
  /** What to look at next. */
  readonly advice: string;
  /** What repeats the boot by hand. */
  readonly command: string;

  constructor(finding: Finding, lastLines: readonly string[], command: string) {
    const line = finding.line === '' ? '' : `: ${finding.line}`;
    const log = lastLines.length === 0 ? ['(it said nothing on the serial console)'] : lastLines;
    super(finding.failure, finding.message + line, {
      hint: [
        advice[finding.failure],
        'its last lines on the serial console:',
        ...log.map((text) => `  ${text}`),
      ].join('\n'),
    });
    this.failure = finding.failure;
    this.line = finding.line;
    this.lastLines = lastLines;
    this.advice = advice[finding.failure];
    this.command = command;
  }
}
