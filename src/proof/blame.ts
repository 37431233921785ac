import { CommandError, FailedError } from '../base/errors.ts';
import { BootError, recognise } from '../boot/failures.ts';
import { lastLines } from '../boot/terminal-text.ts';
import { ExpectationError } from './failed-expectation.ts';
import type { CaseFailure } from './result.ts';

/** What an error says of a case; where it happened is added by whoever caught it. */
export type Blame = Pick<CaseFailure, 'name' | 'message' | 'detail' | 'lastLines'> & {
  /** Output of the command that went wrong. */
  readonly output: string | undefined;
};

/** What a guest's agent being gone, or QEMU's, means. */
const names: Readonly<Record<string, string>> = {
  'machine-off': 'guest-ended',
  'qemu-ended': 'guest-ended',
  'agent-silent': 'hang',
};

/** Lines of the serial console that are quoted. */
const quotedLines = 20;

/**
 * Names a failure from its error and from what the guest's console said since it was started: a panic is the cause of
 * whatever else went wrong.
 */
export function blame(error: unknown, console: string): Blame {
  const said = lastLines(console, quotedLines);
  if (error instanceof BootError) {
    const { failure, message, lastLines } = error;
    return { name: failure, message, detail: [], lastLines, output: undefined };
  }
  const output = error instanceof ExpectationError ? error.output : undefined;
  const message = error instanceof Error ? error.message : String(error);
  const found = recognise(console);
  if (found?.failure === 'kernel-panic' || found?.failure === 'out-of-memory') {
    const cause = found.line === '' ? found.message : `${found.message}: ${found.line}`;
    return { name: found.failure, message: cause, detail: [message], lastLines: said, output };
  }
  if (error instanceof ExpectationError) {
    return { name: 'expectation', message, detail: error.detail, lastLines: said, output };
  }
  if (error instanceof FailedError) {
    const detail = error.hint?.split('\n') ?? [];
    return { name: names[error.code] ?? 'expectation', message, detail, lastLines: said, output };
  }
  const detail =
    error instanceof CommandError
      ? [...error.lastLines.split('\n'), error.command]
      : error instanceof Error
        ? (error.stack ?? '').split('\n').slice(1)
        : [];
  return { name: 'harness', message, detail, lastLines: said, output };
}
