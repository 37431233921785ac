import { Chalk } from 'chalk';
import { columns } from '../columns.ts';
import type { Finding } from '../doctor/types.ts';
import type { CliIo } from '../io.ts';

/** The findings for a person: one line each, the remedy below, a summary at the end. */
export function findingsText(findings: readonly Finding[], io: Pick<CliIo, 'colour' | 'outIsTty'>): string {
  const chalk = new Chalk({ level: io.colour && io.outIsTty ? 1 : 0 });
  const paint = { ok: chalk.green, warn: chalk.yellow, missing: chalk.red };
  const lines = columns(findings.map(({ level, name, text }) => [level, name, text]))
    .trimEnd()
    .split('\n');
  const text = findings.map((finding, i) => {
    const line = (lines[i] ?? '').replace(finding.level, paint[finding.level](finding.level));
    return finding.install === undefined ? line : `${line}\n           → ${finding.install}`;
  });
  return `${text.join('\n')}\n\n${summary(findings)}\n`;
}

function summary(findings: readonly Finding[]): string {
  const names = (level: Finding['level']): string =>
    findings
      .filter((finding) => finding.level === level)
      .map((finding) => finding.name)
      .join(', ');
  if (names('missing') !== '') return `This machine cannot build images yet; missing: ${names('missing')}.`;
  if (names('warn') !== '') return `This machine can build images; not at its best: ${names('warn')}.`;
  return 'This machine can build images.';
}
