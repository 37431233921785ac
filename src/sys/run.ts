import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Writable } from 'node:stream';
import { CommandError, FailedError, InterruptedError, MissingError } from '../base/errors.ts';
import { silent } from '../base/events.ts';
import { environment, type RunOptions } from './run-options.ts';

export interface RunResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** A word as a POSIX shell would need it. */
function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The command as a line that can be pasted into a shell. */
export function shellLine(argv: readonly string[], options: Pick<RunOptions, 'cwd' | 'env'> = {}): string {
  const words = Object.entries(options.env ?? {}).map(([key, value]) => `${key}=${shellWord(value)}`);
  words.push(...argv.map(shellWord));
  const line = words.join(' ');
  return options.cwd === undefined ? line : `(cd ${shellWord(options.cwd)} && ${line})`;
}

function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-20).join('\n');
}

/** Writes chunk after chunk, waiting for each; a reader that ends early (EPIPE) says why by its exit code. */
async function feed(stdin: Writable, chunks: Iterable<Uint8Array>): Promise<void> {
  stdin.on('error', () => undefined);
  for (const chunk of chunks) {
    const failed = await new Promise<boolean>((resolve) => {
      stdin.write(chunk, (error) => resolve(error instanceof Error));
    });
    if (failed) break;
  }
  stdin.end();
}

/**
 * The one door to other programs: small fixed environment, closed standard input, a debug line that can be pasted.
 * Throws `MissingError` where the program is not there, `CommandError` where it fails, `InterruptedError` when aborted.
 */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  options.signal?.throwIfAborted();
  const started = performance.now();
  // What starts processes is large, and many commands end without one.
  const { spawn } = await import('./spawn.ts');
  const child = spawn(argv, options);
  const { stdin } = options;
  if (typeof stdin === 'object' && !(stdin instanceof Uint8Array) && child.stdin !== null) {
    await feed(child.stdin, stdin).catch((error: unknown) => {
      child.kill();
      throw error;
    });
  }
  const result = await child;
  const command = shellLine(argv, options);
  (options.monitor ?? silent)({ type: 'command', command, ms: performance.now() - started });
  if (result.isCanceled) throw new InterruptedError();
  if (result.code === 'ENOENT') {
    const name = argv[0] ?? '';
    throw new MissingError(`${name} is not on this machine`, `sudo apt-get install ${name}`);
  }
  const stdout = typeof result.stdout === 'string' ? result.stdout : '';
  const stderr = typeof result.stderr === 'string' ? result.stderr : '';
  if (result.exitCode === undefined || !(options.okCodes ?? [0]).includes(result.exitCode)) {
    const said = lastLines(stderr === '' ? stdout : stderr) || (result.shortMessage ?? '');
    if (/No space left on device|Disk quota exceeded/.test(said)) throw noSpace(said);
    throw new CommandError(command, {
      exitCode: result.exitCode,
      signal: result.signal,
      lastLines: said,
    });
  }
  return { stdout, stderr, exitCode: result.exitCode };
}

/** A full disk is named as such, whichever program was the first to meet it. */
function noSpace(said: string): FailedError {
  return new FailedError('no-space', `no space left on the disk: ${said.split('\n').at(-1) ?? ''}`, {
    hint: 'free some space, or run `diskbios cache prune`; nothing that was finished is lost',
  });
}

/** The full path of a program on PATH, or `undefined`. */
export function findProgram(name: string): string | undefined {
  if (name.includes('/')) return existsSync(name) ? name : undefined;
  return (environment['PATH'] ?? '')
    .split(delimiter)
    .filter((dir) => dir !== '')
    .map((dir) => join(dir, name))
    .find((path) => existsSync(path));
}
