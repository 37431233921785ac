import { CommandError, FailedError, InterruptedError, MissingError, UserError } from '../../base/errors.ts';
import { visible } from '../../base/visible.ts';

/** An error for standard error, and the exit code that goes with it (CONTRACTS: 1 failed, 2 the caller's mistake, 3 missing). */
export function report(error: unknown): { readonly lines: readonly string[]; readonly code: number } {
  const { lines, code } = asLines(error);
  // What is named in them may come from an archive or a folder of others.
  const shown = lines
    .flatMap((line) => line.split('\n'))
    .map((line) => line.split('\t').map(visible).join('\t'));
  const isFull = lines.some((line) => /No space left on device|the disk is full/.test(line));
  return { code, lines: isFull ? [...shown, `  ${makeRoom}`] : shown };
}

const makeRoom =
  'to make room: systemx list --disk tells what systems take; systemx destroy, snapshot --remove and template remove give it back';

interface Lines {
  readonly lines: readonly string[];
  readonly code: number;
}

function asLines(error: unknown): Lines {
  if (error instanceof UserError)
    return {
      code: 2,
      lines: error.diagnostics.flatMap(({ message, expected, hint }) => [
        `systemx: ${message}`,
        ...(expected === undefined ? [] : [`  expected: ${expected}`]),
        ...(hint === undefined ? [] : [`  ${hint}`]),
      ]),
    };
  if (error instanceof MissingError)
    return { code: 3, lines: [...prefixed(error.message), `  try: ${error.install}`] };
  if (error instanceof FailedError)
    return {
      code: 1,
      lines: [...prefixed(error.message), ...(error.hint === undefined ? [] : [`  ${error.hint}`])],
    };
  if (error instanceof CommandError)
    return {
      code: 1,
      lines: [
        `systemx: ${error.message}`,
        ...error.lastLines.split('\n').map((line) => `  ${line}`),
        `  it was: ${error.command}`,
      ],
    };
  if (error instanceof InterruptedError) return { code: 130, lines: ['systemx: interrupted'] };
  const bug = error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : String(error);
  return { code: 1, lines: [`systemx: this is a mistake in diskbios itself: ${bug}`] };
}

const prefixed = (message: string): string[] =>
  message.split('\n').map((line, i) => (i === 0 ? `systemx: ${line}` : `  ${line}`));
