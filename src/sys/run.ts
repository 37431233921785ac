import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { execa, type ResultPromise } from 'execa';
import { CommandError, FailedError, InterruptedError, MissingError } from '../base/errors.ts';
import { type Monitor, silent } from '../base/events.ts';

/** What every process gets, and nothing else, unless the caller adds to it. */
const environment: Readonly<Record<string, string>> = {
  PATH: `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
  LC_ALL: 'C.UTF-8',
  TZ: 'UTC',
  HOME: process.env['HOME'] ?? '/',
};

export interface RunOptions {
  readonly cwd?: string;
  /** Added to the small fixed environment (PATH, LC_ALL, TZ, HOME). */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Standard input: closed unless given. A number is an open file descriptor, read from its current offset. Of an
   * iterable, each chunk has been taken before the next is asked for, so that it may use one buffer again.
   */
  readonly stdin?: string | Uint8Array | number | Iterable<Uint8Array>;
  /**
   * Where standard output goes: kept and returned (default), into this open file descriptor, or to a function; until a promise
   * that it gives is fulfilled, it gets no more.
   */
  readonly stdout?: number | ((chunk: Buffer) => void | Promise<void>);
  /** Hears standard error as it comes; it is kept as well. */
  readonly stderr?: (text: string) => void;
  /** Exit codes that are no failure; default `[0]`. */
  readonly okCodes?: readonly number[];
  readonly signal?: AbortSignal | undefined;
  readonly monitor?: Monitor | undefined;
}

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

const running = new Set<ResultPromise>();

function spawn(argv: readonly string[], options: RunOptions): ResultPromise {
  const [file = '', ...rest] = argv;
  const { stdin } = options;
  const child = execa(file, rest, {
    extendEnv: false,
    env: { ...environment, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(typeof stdin === 'string' || stdin instanceof Uint8Array
      ? { input: stdin }
      : { stdin: (stdin === undefined ? 'ignore' : typeof stdin === 'number' ? stdin : 'pipe') as 'pipe' }),
    // execa takes any descriptor; its types name only the first few.
    stdout: (typeof options.stdout === 'number' ? options.stdout : 'pipe') as 'pipe',
    ...(typeof options.stdout === 'function' ? { buffer: { stdout: false } } : {}),
    stderr: 'pipe',
    reject: false,
    stripFinalNewline: false,
    forceKillAfterDelay: 2000,
    maxBuffer: 64 * 1024 * 1024,
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
  }) as unknown as ResultPromise;
  if (typeof options.stdout === 'function' && child.stdout !== null) drain(child.stdout, options.stdout);
  const { stderr } = options;
  if (stderr !== undefined) child.stderr?.on('data', (chunk: Buffer) => stderr(chunk.toString()));
  running.add(child);
  void child.finally(() => running.delete(child)).catch(() => undefined);
  return child;
}

function drain(stdout: Readable, take: (chunk: Buffer) => void | Promise<void>): void {
  stdout.on('data', (chunk: Buffer) => {
    const taken = take(chunk);
    if (taken === undefined) return;
    stdout.pause();
    void taken.finally(() => stdout.resume());
  });
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
 * QEMU console); otherwise standard input is closed and standard error is kept.
 */
export function start(
  argv: readonly string[],
  options: RunOptions & { readonly terminal?: boolean } = {},
): Running {
  const [file = '', ...rest] = argv;
  const child: ResultPromise =
    options.terminal === true
      ? (execa(file, rest, {
          extendEnv: false,
          env: { ...environment, ...options.env, TERM: process.env['TERM'] ?? 'dumb' },
          stdio: 'inherit',
          reject: false,
        }) as unknown as ResultPromise)
      : spawn(argv, options);
  running.add(child);
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

/** Ends every process still running: the last act of a process that was interrupted. */
export function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
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
