import { formatBytes } from '../../base/sizes.ts';
import type { CaseResult, ProofReport } from '../result.ts';
import { explain } from './explain.ts';
import { byTest, countOutcomes, splitPlace } from './summary.ts';
import { oneLine, readable } from './text.ts';

export interface JunitOptions {
  /** Folder of the artifacts as the reader of the report finds it; file names are given below it. Default: none before them. */
  readonly artifacts?: string | undefined;
}

/**
 * The report as JUnit XML, in the dialect that Jenkins (its schema `junit-10.xsd`), GitLab, Azure and the common actions of GitHub
 * read; `file` and `line` of a failed case, which GitLab and GitHub link to, are the only thing beyond that schema. A test of the
 * recipe is a suite. A fault of ours is an error, every other failure a failure, what was not run is skipped.
 */
export function junitReport(report: ProofReport, options: JunitOptions = {}): string {
  return junitReports([{ ...options, report }]);
}

/** Several reports as one; the name of a suite then begins with that of its recipe or image. */
export function junitReports(parts: readonly (JunitOptions & { readonly report: ProofReport })[]): string {
  const reports = parts.map(({ report }) => report);
  const several = reports.length > 1;
  const suites = parts
    .flatMap(({ report, artifacts }) =>
      [...byTest(report)].map(([test, cases]) => ({ report, artifacts, test, cases })),
    )
    .map(({ report, artifacts, test, cases }, n) =>
      suite(report, { name: several ? `${report.name}: ${test}` : test, cases, n }, { artifacts }),
    );
  const { tests, failures, errors } = counts(reports.flatMap(({ cases }) => cases));
  const time = seconds(sum(reports.map(({ durationMs }) => durationMs)));
  const name = reports.map((report) => report.name).join(', ');
  const attributes = { name, tests, failures, errors, time };
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', attributes, suites)}\n`;
}

function suite(
  report: ProofReport,
  { name, cases, n }: { name: string; cases: readonly CaseResult[]; n: number },
  options: JunitOptions,
): string {
  const attributes = {
    name,
    id: String(n),
    ...counts(cases),
    skipped: String(countOutcomes(cases).notRun),
    time: seconds(sum(cases.map(({ durationMs }) => durationMs))),
    timestamp: report.started.replace(/(?:\.\d+)?Z$/, ''),
  };
  const properties = Object.entries(propertiesOf(report)).map(([name, value]) =>
    element('property', { name, value }),
  );
  return element('testsuite', attributes, [
    element('properties', {}, properties),
    ...cases.map((one) => testcase(report, one, options)),
  ]);
}

function counts(cases: readonly CaseResult[]): { tests: string; failures: string; errors: string } {
  const failed = cases.filter(({ outcome }) => outcome === 'failed');
  const errors = failed.filter(isError).length;
  return {
    tests: String(cases.length),
    failures: String(failed.length - errors),
    errors: String(errors),
  };
}

function isError({ failure }: CaseResult): boolean {
  return failure?.name === 'harness';
}

/** What all cases have in common. */
function propertiesOf({ version, machine, images }: ProofReport): Readonly<Record<string, string>> {
  return {
    ...(version === undefined ? {} : { version }),
    accelerator: machine.accelerator,
    'accelerator.reason': machine.reason,
    patience: String(machine.patience),
    qemu: machine.qemu,
    processors: String(machine.processors),
    jobs: String(machine.jobs),
    ...Object.fromEntries(
      images.flatMap(({ medium, file, size, sha256 }) => [
        [`image.${medium}.file`, file],
        [`image.${medium}.size`, formatBytes(size)],
        [`image.${medium}.sha256`, sha256],
      ]),
    ),
  };
}

function testcase(report: ProofReport, one: CaseResult, options: JunitOptions): string {
  const place = splitPlace(one.failure?.place);
  const attributes = {
    // Jenkins takes what stands before the last dot for a package.
    classname: `${undotted(report.name)}.${undotted(one.test)}`,
    name: one.title === '' ? one.test : one.title,
    time: seconds(one.durationMs),
    ...(place ?? {}),
  };
  return element('testcase', attributes, [...verdict(one), ...output(one, options)]);
}

function undotted(name: string): string {
  return name.replaceAll('.', '_');
}

function verdict(one: CaseResult): string[] {
  const { failure } = one;
  if (one.outcome === 'not-run') return [element('skipped', { message: failure?.message ?? 'not run' })];
  if (one.outcome === 'passed') return [];
  const type = failure?.name ?? 'harness';
  const name = isError(one) || failure === undefined ? 'error' : 'failure';
  return [textElement(name, { type, message: failure?.message ?? 'failed' }, failureText(one))];
}

/** What a person needs who sees nothing but this report. */
function failureText({ failure, steps }: CaseResult): string {
  if (failure === undefined) return '';
  const step = failure.step === undefined ? undefined : steps[failure.step];
  const explanation = explain(failure.name);
  return [
    `${failure.name}: ${failure.message}`,
    ...(step === undefined ? [] : [`in step ${(failure.step ?? 0) + 1}, ${step.title} (${step.guest})`]),
    ...(failure.place === undefined ? [] : [`at ${failure.place}`]),
    ...failure.detail,
    ...(explanation === undefined ? [] : ['', explanation.means, explanation.next]),
    ...(failure.command === undefined ? [] : ['', 'to run it by hand:', failure.command]),
  ].join('\n');
}

/** Last lines, and where the files lie. `[[ATTACHMENT|…]]` shows a file with the case in GitLab and Jenkins. */
function output({ failure, guests }: CaseResult, { artifacts }: JunitOptions): string[] {
  const at = (file: string): string => (artifacts === undefined ? file : `${artifacts}/${file}`);
  const shown = [
    ...(failure?.screenshot === undefined ? [] : [failure.screenshot]),
    ...guests.flatMap(({ screenshots }) => screenshots.map(({ file }) => file)),
  ];
  const lastLines = failure?.lastLines ?? [];
  const lines = [
    ...(lastLines.length === 0
      ? []
      : ['last lines on the serial console:', ...lastLines.map((line) => `  ${line}`)]),
    ...guests.map(({ name, serialLog }) => `serial console of ${name}: ${at(serialLog)}`),
    ...[...new Set(shown)].map((file) => `[[ATTACHMENT|${at(file)}]]`),
  ];
  return lines.length === 0 ? [] : [textElement('system-out', {}, lines.join('\n'))];
}

/** `8.123`. */
function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

type Attributes = Readonly<Record<string, string>>;

function startTag(name: string, attributes: Attributes): string {
  return [name, ...Object.entries(attributes).map(([key, value]) => `${key}="${attribute(value)}"`)].join(
    ' ',
  );
}

function element(name: string, attributes: Attributes, children: readonly string[] = []): string {
  if (children.length === 0) return `<${startTag(name, attributes)}/>`;
  return [`<${startTag(name, attributes)}>`, ...children, `</${name}>`].join('\n');
}

function textElement(name: string, attributes: Attributes, text: string): string {
  return `<${startTag(name, attributes)}>${escaped(text)}</${name}>`;
}

function escaped(text: string): string {
  return readable(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function attribute(text: string): string {
  return escaped(oneLine(text)).replaceAll('"', '&quot;');
}
