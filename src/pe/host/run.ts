import * as os from 'os';
import * as std from 'std';
import { decode } from '../../base/decode.ts';
import { CommandError } from '../../base/errors.ts';
import { after, closeFd, kill, makePipe, onReadable, reap, spawn, writeFd } from '../host.ts';
import { shellLine } from '../lib/network-config.ts';

/** Running programs to their end: part of the PE's one door to the machine (see src/pe/host.ts). */

export { busybox } from './busybox.ts';

export interface RunOptions {
  /** Nothing of the caller's environment is handed on but PATH. */
  readonly env?: Readonly<Record<string, string>>;
  /** Small: it is written before the program reads (64 KiB fit into a pipe). */
  readonly stdin?: string;
  /** Milliseconds after which it is killed; the code is 137 then. */
  readonly within?: number;
}

export interface Outcome {
  /** Exit code; 128 + signal where a signal ended it; 127 where it cannot be started. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export const basicEnv = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8' };

interface Collector {
  readonly text: () => string;
  readonly bytes: () => Uint8Array<ArrayBuffer>;
  readonly write: number;
}

function collect(ended: () => void): Collector {
  const chunks: Uint8Array[] = [];
  const pipe = makePipe();
  if (pipe === undefined) throw new Error('no pipe: too many open files');
  onReadable(pipe.read, (chunk) => {
    if (chunk === undefined) ended();
    else chunks.push(chunk);
  });
  const bytes = (): Uint8Array<ArrayBuffer> => {
    const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
    let at = 0;
    for (const chunk of chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    return all;
  };
  return { bytes, text: () => decode([...bytes()]), write: pipe.write };
}

interface RawOutcome {
  readonly code: number;
  readonly stdout: Collector;
  readonly stderr: Collector;
}

function runRaw(argv: readonly string[], options: RunOptions): Promise<RawOutcome> {
  return new Promise((resolve) => {
    let open = 2;
    let code: number | undefined;
    let pid = -1;
    let pause = 1;
    // The end of its output is mostly the end of the program: asking at once is quicker than the signal.
    const look = (): void => {
      reap();
      if (code !== undefined) {
        cancel();
        resolve({ code, stdout, stderr });
        return;
      }
      after(pause, look);
      pause = Math.min(50, pause * 2);
    };
    const ended = (): void => {
      open -= 1;
      if (open === 0) look();
    };
    const stdout = collect(ended);
    const stderr = collect(ended);
    const input = options.stdin === undefined ? undefined : makePipe();
    if (input !== undefined) {
      writeFd(input.write, options.stdin ?? '');
      closeFd(input.write);
    }
    pid = spawn(
      argv,
      {
        env: { ...basicEnv, ...options.env },
        stdout: stdout.write,
        stderr: stderr.write,
        ...(input === undefined ? {} : { stdin: input.read }),
      },
      (status) => {
        code = status.code;
      },
    );
    if (pid <= 0) code = 127;
    for (const fd of [stdout.write, stderr.write, ...(input === undefined ? [] : [input.read])]) closeFd(fd);
    const cancel =
      options.within === undefined
        ? () => undefined
        : after(options.within, () => {
            kill(pid, 9);
          });
  });
}

/** Runs a program to its end. It is not a failure if it fails. */
export async function execute(argv: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const { code, stdout, stderr } = await runRaw(argv, options);
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

/** Like `execute`, for output that is no text. */
export async function executeForBytes(
  argv: readonly string[],
  options: RunOptions = {},
): Promise<{ readonly code: number; readonly bytes: Uint8Array<ArrayBuffer> }> {
  const { code, stdout } = await runRaw(argv, options);
  return { code, bytes: stdout.bytes() };
}

/** Runs a program that must succeed; resolves to what it wrote. Throws `CommandError` with its last lines. */
export async function must(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await execute(argv, options);
  if (code === 0) return stdout;
  const said = (stderr.trim() === '' ? stdout : stderr).trim().split('\n').slice(-5).join('\n');
  throw new CommandError(shellLine([argv]), {
    ...(code > 128 ? { signal: String(code - 128) } : { exitCode: code }),
    lastLines: said,
  });
}

/** Runs a program with this one's terminal and waits; Ctrl-C is the program's. Returns its exit code. */
export function foreground(argv: readonly string[], env: Readonly<Record<string, string>> = {}): number {
  os.signal(os.SIGINT, () => undefined);
  const code = os.exec(argv, { block: true, env: { ...std.getenviron(), ...env } });
  os.signal(os.SIGINT, undefined);
  return code < 0 ? 128 - code : code;
}
