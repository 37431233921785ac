import { Chalk, type ChalkInstance } from 'chalk';
import { formatDuration } from '../../base/sizes.ts';
import { textWidth, wrap } from '../../base/text-width.ts';
import type { CaseResult, Outcome, ProofReport } from '../result.ts';
import { explain } from './explain.ts';
import { countOutcomes, nameOfCase, readyTime } from './summary.ts';
import { oneLine, readable } from './text.ts';

export interface SummaryOptions {
  readonly colour: boolean;
  /** Folder of the artifacts as the person finds it. Default: file names are given as they are in the report. */
  readonly artifacts?: string | undefined;
}

const columns = 100;
const signs: Readonly<Record<Outcome, string>> = { passed: '✓', failed: '✗', 'not-run': '-' };

/**
 * What `diskbios test` ends with: a line per case, then each failure with all that helps to find its cause. The last line is
 * `N passed, N failed`, plain, so that every CI can read it; what was not run is counted in the line before.
 */
export function terminalSummary(report: ProofReport, options: SummaryOptions): string {
  const paint = new Chalk({ level: options.colour ? 1 : 0 });
  const { passed, failed, notRun } = countOutcomes(report.cases);
  const failures = report.cases.filter(({ outcome }) => outcome === 'failed');
  return [
    caseLines(report.cases, paint),
    ...failures.map((one) => lines('', ...failureLines(one, options, paint))),
    notRun > 0 ? lines('', paint.yellow(`${notRun} not run`)) : '\n',
    lines(`${passed} passed, ${failed} failed`),
  ].join('');
}

function caseLines(cases: readonly CaseResult[], paint: ChalkInstance): string {
  const rows = cases.map((one) => ({
    one,
    name: oneLine(nameOfCase(one)),
    ready: duration(readyTime(one)),
    total: duration(one.outcome === 'not-run' ? undefined : one.durationMs),
  }));
  const name = widest(rows.map((row) => row.name));
  const ready = widest(rows.map((row) => row.ready));
  const total = widest(rows.map((row) => row.total));
  const text = rows.map((row) => {
    const { outcome, failure } = row.one;
    const end =
      outcome === 'failed' ? paint.red(failure?.name ?? 'failed') : outcome === 'not-run' ? 'not run' : '';
    const shown = [
      `${painted(outcome, paint)} ${padEnd(row.name, name)}`,
      `${paint.dim('ready')} ${row.ready.padStart(ready)}`,
      `${paint.dim('total')} ${row.total.padStart(total)}`,
      end,
    ];
    return shown.join('  ').trimEnd();
  });
  return lines(...text);
}

function painted(outcome: Outcome, paint: ChalkInstance): string {
  const colours = { passed: paint.green, failed: paint.red, 'not-run': paint.yellow };
  return colours[outcome](signs[outcome]);
}

function duration(ms: number | undefined): string {
  return ms === undefined ? '-' : formatDuration(ms);
}

function failureLines(one: CaseResult, { artifacts }: SummaryOptions, paint: ChalkInstance): string[] {
  const { failure, steps, guests } = one;
  const name = oneLine(nameOfCase(one));
  const title = paint.red.bold('error:');
  if (failure === undefined) return [`${title} ${name}: failed`];
  const at = (file: string): string => (artifacts === undefined ? file : `${artifacts}/${file}`);
  const step = failure.step === undefined ? undefined : steps[failure.step];
  const guest = guests.length > 1 ? ` (${failure.guest ?? step?.guest ?? ''})` : '';
  const log = guests.find((each) => each.name === failure.guest) ?? guests[0];
  const explanation = explain(failure.name);
  return [
    `${failure.place === undefined ? '' : `${paint.bold(oneLine(failure.place))}: `}${title} ${name}: ${oneLine(failure.message)} (${failure.name})`,
    `  ${step === undefined ? 'before the first step' : `in step ${(failure.step ?? 0) + 1} of ${steps.length}, ${oneLine(step.title)}${guest}`}`,
    ...failure.detail.flatMap((line) => readable(line).split('\n')).map((line) => `  ${line}`),
    ...labelled('meaning', explanation?.means, paint),
    ...labelled('hint', explanation?.next, paint),
    ...(failure.lastLines.length === 0
      ? []
      : [
          '  its last lines:',
          ...failure.lastLines.map((line) => `  ${paint.dim('|')} ${readable(line).replaceAll('\n', ' ')}`),
        ]),
    ...labelled('serial log', log === undefined ? undefined : at(log.serialLog), paint),
    ...labelled('screenshot', failure.screenshot === undefined ? undefined : at(failure.screenshot), paint),
    ...(failure.command === undefined
      ? []
      : [
          '  to run it by hand:',
          ...readable(failure.command)
            .split('\n')
            .map((line) => `  ${line}`),
        ]),
  ];
}

function labelled(label: string, text: string | undefined, paint: ChalkInstance): string[] {
  if (text === undefined) return [];
  const indent = ' '.repeat(label.length + 4);
  const [first = '', ...rest] = wrap(oneLine(text), columns - indent.length);
  return [`  ${paint.cyan(`${label}:`)} ${first}`, ...rest.map((line) => `${indent}${line}`)];
}

function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map(textWidth));
}

function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - textWidth(text)));
}

function lines(...all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join('');
}
