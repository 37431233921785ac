import { spawn } from 'node:child_process';
import { chownSync } from 'node:fs';

/** What a command said and how it ended. */
export interface Ended {
  readonly out: string;
  readonly err: string;
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
}

/** The `nobody` of every Linux: no rights, no home, no groups. */
const nobody = 65534;

const isRoot = process.getuid?.() === 0;

export interface TalkingChild {
  readonly pid: number;
  type(text: string): void;
}

export interface PlainOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Milliseconds until it is killed; default 10 min. */
  readonly timeout?: number;
  /** Called with what it says, on either stream, and with its process. */
  readonly onText?: (text: string, child: TalkingChild) => void;
  /** Keeps standard input open, for `onText` to type into. */
  readonly typing?: boolean;
}

/** Runs a command without any rights: as whoever runs the tests, or as `nobody` where that is root. */
export function asPlainUser(argv: readonly string[], options: PlainOptions = {}): Promise<Ended> {
  const [file = '', ...args] = argv;
  const child = spawn(file, args, {
    cwd: options.cwd ?? '/',
    env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', NO_COLOR: '1', CI: '1', ...options.env },
    stdio: [options.typing === true ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    timeout: options.timeout ?? 600_000,
    killSignal: 'SIGKILL',
    // Node gives up the groups of root too.
    ...(isRoot ? { uid: nobody, gid: nobody } : {}),
  });
  const talking: TalkingChild = {
    pid: child.pid ?? -1,
    type: (text) => void child.stdin?.write(text),
  };
  let out = '';
  let err = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    options.onText?.(text, talking);
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    err += text;
    options.onText?.(text, talking);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) =>
      resolve({ out, err, code: code ?? undefined, signal: signal ?? undefined }),
    );
  });
}

/** Gives a folder to the user of `asPlainUser`. */
export function giveToPlainUser(path: string): void {
  if (isRoot) chownSync(path, nobody, nobody);
}
