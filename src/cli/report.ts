import { isAbsolute, relative } from 'node:path';
import { Chalk, type ChalkInstance } from 'chalk';
import {
  CommandError,
  type Diagnostic,
  FailedError,
  InterruptedError,
  MissingError,
  type Place,
  UserError,
} from '../base/errors.ts';
import { wrap } from '../base/text-width.ts';
import { version } from '../base/version.ts';
import { excerpt } from './excerpt.ts';

export interface ReportOptions {
  readonly colour: boolean;
  /** Paths below this folder are shown relative to it. */
  readonly cwd?: string;
}

const columns = 100;

/** Any error as the text that a person reads; ends with a line end. */
export function reportError(error: unknown, options: ReportOptions): string {
  const paint = painter(options.colour);
  if (error instanceof UserError) return userError(error, options);
  if (isInterruption(error)) return 'interrupted\n';
  const title = paint.red.bold('error:');
  if (error instanceof MissingError) {
    return lines(`${title} ${error.message}`, `  install it with: ${paint.bold(error.install)}`);
  }
  if (error instanceof CommandError) return commandError(error, paint);
  if (error instanceof FailedError) {
    const cause = error.cause instanceof Error ? [...labelled('because', error.cause.message, paint)] : [];
    const { place } = error;
    const at = place === undefined ? '' : `${paint.bold(placeText(place, options.cwd ?? process.cwd()))}: `;
    return lines(
      `${at}${title} ${error.message}`,
      ...(place === undefined ? [] : excerpt(place, paint)),
      ...cause,
      ...labelled('hint', error.hint, paint),
    );
  }
  return systemError(error, paint) ?? bug(error, paint);
}

/** 0 done, 1 it failed, 2 the caller's mistake, 3 something is missing on this machine, 130 interrupted. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof UserError) return 2;
  if (error instanceof MissingError) return 3;
  return isInterruption(error) ? 130 : 1;
}

/** One mistake or warning with its excerpt; ends with a line end. */
export function oneDiagnostic(
  diagnostic: Diagnostic,
  severity: 'error' | 'warning',
  colour: boolean,
  cwd: string = process.cwd(),
): string {
  const paint = painter(colour);
  const { place } = diagnostic;
  const at = place === undefined ? '' : `${paint.bold(placeText(place, cwd))}: `;
  const title = severity === 'error' ? paint.red.bold('error:') : paint.yellow.bold('warning:');
  return lines(
    `${at}${title} ${diagnostic.message}`,
    ...(place === undefined ? [] : excerpt(place, paint)),
    ...labelled('expected', diagnostic.expected, paint),
    ...labelled('hint', diagnostic.hint, paint),
  );
}

/** `recipes/base.yaml:3:5`. */
function placeText({ file, line, column }: Place, cwd: string): string {
  const short = isAbsolute(file) ? relative(cwd, file) : file;
  return `${short.startsWith('..') ? file : short}:${line}:${column}`;
}

function userError(error: UserError, { colour, cwd }: ReportOptions): string {
  const { diagnostics } = error;
  const parts = diagnostics.map((each) => oneDiagnostic(each, 'error', colour, cwd));
  if (diagnostics.length > 1) parts.push(lines(painter(colour).bold(`${diagnostics.length} mistakes`)));
  return parts.join('\n');
}

function commandError(error: CommandError, paint: ChalkInstance): string {
  const last =
    error.lastLines === '' ? [] : error.lastLines.split('\n').map((line) => `  ${paint.dim('|')} ${line}`);
  return lines(
    `${paint.red.bold('error:')} ${error.message}`,
    ...(last.length > 0 ? ['  its last lines:', ...last] : []),
    '  to run it by hand:',
    `  ${error.command}`,
  );
}

/** What the operating system says no to, in words. */
const refusals: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'your disk quota is used up',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  EMFILE: 'too many open files',
  ENOENT: 'no such file or folder',
  ENOTDIR: 'a folder was expected',
  EISDIR: 'a file was expected',
  EIO: 'the disk reports a read or write error',
};

function systemError(error: unknown, paint: ChalkInstance): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code = '', path, syscall } = error as NodeJS.ErrnoException;
  const words = refusals[code];
  if (words === undefined || syscall === undefined) return undefined;
  return lines(
    `${paint.red.bold('error:')} ${words}${path === undefined ? '' : `: ${path}`}`,
    `  (${syscall}: ${code})`,
  );
}

function bug(error: unknown, paint: ChalkInstance): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : `not an Error: ${String(error)}`;
  return lines(
    `${paint.red.bold('error:')} diskbios itself has a mistake; nothing is wrong with your recipe`,
    '',
    ...stack.split('\n').map((line) => `  ${line}`),
    '',
    `  Please report it with the text above, the command and the recipe (CONTRIBUTING.md says where).`,
    `  diskbios ${version}, Node ${process.version}, ${process.platform} ${process.arch}`,
  );
}

function isInterruption(error: unknown): boolean {
  return error instanceof InterruptedError || (error instanceof Error && error.name === 'AbortError');
}

function labelled(label: string, text: string | undefined, paint: ChalkInstance): string[] {
  if (text === undefined) return [];
  const indent = ' '.repeat(label.length + 4);
  const [first = '', ...rest] = wrap(text, columns - indent.length);
  return [`  ${paint.cyan(`${label}:`)} ${first}`, ...rest.map((line) => `${indent}${line}`)];
}

function painter(colour: boolean): ChalkInstance {
  return new Chalk({ level: colour ? 1 : 0 });
}

function lines(...all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
