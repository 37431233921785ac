import type { Readable } from 'node:stream';
import { execa, type ResultPromise } from 'execa';
import { known } from './children.ts';
import { environment, type RunOptions } from './run-options.ts';

/** Starts a process by the rules of `RunOptions`. */
export function spawn(argv: readonly string[], options: RunOptions): ResultPromise {
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
  return known(child);
}

function drain(stdout: Readable, take: (chunk: Buffer) => void | Promise<void>): void {
  stdout.on('data', (chunk: Buffer) => {
    const taken = take(chunk);
    if (taken === undefined) return;
    stdout.pause();
    void taken.finally(() => stdout.resume());
  });
}

/** Starts a process that shares the person's terminal. */
export function spawnOnTerminal(
  [file = '', ...rest]: readonly string[],
  env: RunOptions['env'],
): ResultPromise {
  return known(
    execa(file, rest, {
      extendEnv: false,
      env: { ...environment, ...env, TERM: process.env['TERM'] ?? 'dumb' },
      stdio: 'inherit',
      reject: false,
    }) as unknown as ResultPromise,
  );
}
