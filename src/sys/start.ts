import type { ResultPromise } from 'execa';
import { silent } from '../base/events.ts';
import { leash } from './leash.ts';
import { shellLine } from './run.ts';
import type { RunOptions } from './run-options.ts';
import { spawn, spawnOnTerminal } from './spawn.ts';

export interface ProcessEnd {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  /** Whether it was ended by `kill` or the caller's abort signal. */
  readonly killed: boolean;
  /** What it said on standard error, or why it could not be started. */
  readonly stderr: string;
}

/** A process that lives while we talk to it (QEMU). */
export interface Running {
  readonly pid: number;
  readonly command: string;
  /** Resolves when it has ended, however it ended; never rejects. */
  readonly ended: Promise<ProcessEnd>;
  kill(signal?: NodeJS.Signals): void;
}

/**
 * Starts a process without waiting for its end. With `terminal`, it shares the person's terminal (an interactive
 * QEMU console); otherwise standard input is closed and standard error is kept. With `leashed`, it ends also when we are killed.
 */
export function start(
  argv: readonly string[],
  options: RunOptions & { readonly terminal?: boolean; readonly leashed?: boolean } = {},
): Running {
  const child =
    options.terminal === true
      ? spawnOnTerminal(argv, options.env)
      : options.leashed === true
        ? // Its standard input stays open as long as we are there.
          spawn(['sh', '-c', leash, 'leash', ...argv], { ...options, stdin: [] })
        : spawn(argv, options);
  let killed = false;
  const command = shellLine(argv, options);
  (options.monitor ?? silent)({ type: 'command', command });
  return {
    pid: child.pid ?? -1,
    command,
    ended: child.then(
      (result) => ({
        exitCode: result.exitCode,
        signal: result.signal,
        killed: killed || result.isCanceled,
        stderr: (typeof result.stderr === 'string' && result.stderr) || notStarted(result),
      }),
      (error: unknown) => ({ exitCode: undefined, signal: undefined, killed, stderr: String(error) }),
    ),
    kill: (signal = 'SIGTERM') => {
      killed = true;
      child.kill(signal);
    },
  };
}

/** Why a process could not be started at all. */
function notStarted({ exitCode, signal, originalMessage }: Awaited<ResultPromise>): string {
  return exitCode === undefined && signal === undefined ? (originalMessage ?? '') : '';
}
