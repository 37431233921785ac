import * as os from 'os';
import * as std from 'std';

/** The PE's programs reach the machine through this module only; everything else is plain logic that also runs in Node. */

const notControlling = 0x100; // O_NOCTTY
const nonBlocking = 0x800; // O_NONBLOCK
const notNow = -11; // EAGAIN

/** A text file's content, `undefined` where it cannot be read. Works for /proc and /sys, whose files have no size. */
export function readText(path: string): string | undefined {
  const file = std.open(path, 'r');
  if (file === null) return undefined;
  const text = file.readAsString();
  file.close();
  return text;
}

/** Writes in place, as /proc and /sys want it. False: the kernel refused. */
export function writeText(path: string, text: string): boolean {
  const file = std.open(path, 'w');
  if (file === null) return false;
  file.puts(text);
  return file.close() === 0;
}

/** Replaces a file so that a reader sees the old or the new content, never a part. */
export function replaceFile(path: string, text: string, mode = 0o644): void {
  const beside = `${path}.new`;
  os.remove(beside);
  const fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode);
  if (fd < 0) return;
  os.close(fd);
  if (writeText(beside, text)) os.rename(beside, path);
}

/** Writes a line into a FIFO without waiting for a reader. */
export function writeFifo(path: string, text: string): boolean {
  const file = std.open(path, 'r+');
  if (file === null) return false;
  file.puts(text);
  return file.close() === 0;
}

export function list(folder: string): string[] {
  return os
    .readdir(folder)[0]
    .filter((name) => name !== '.' && name !== '..')
    .sort();
}

export function exists(path: string): boolean {
  return os.stat(path)[0] !== null;
}

/** Time of last change in milliseconds since 1970, 0 where there is no such file. */
export function changedAt(path: string): number {
  return os.stat(path)[0]?.mtime ?? 0;
}

export function makeFolder(path: string): void {
  os.mkdir(path, 0o755);
}

export function removeFile(path: string): void {
  os.remove(path);
}

/** Writes to a terminal without becoming its owner and without waiting for a stuck line. */
export function writeTerminal(path: string, text: string): void {
  const fd = os.open(path, os.O_WRONLY | notControlling | nonBlocking);
  if (fd < 0) return;
  writeFd(fd, text);
  os.close(fd);
}

function utf8(text: string): Uint8Array<ArrayBuffer> {
  const escaped = encodeURIComponent(text);
  const bytes: number[] = [];
  for (let i = 0; i < escaped.length; i += 1) {
    if (escaped[i] === '%') {
      bytes.push(Number.parseInt(escaped.slice(i + 1, i + 3), 16));
      i += 2;
    } else bytes.push(escaped.charCodeAt(i));
  }
  return Uint8Array.from(bytes);
}

/** False: nobody reads at the other end any more. */
export function writeFd(fd: number, text: string): boolean {
  const bytes = utf8(text);
  return os.write(fd, bytes.buffer, 0, bytes.length) >= 0;
}

export interface SpawnOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: number;
  readonly stdout?: number;
  readonly stderr?: number;
  /** Gets what the program writes, standard error too unless `terminal` is set; `undefined` at the end. */
  readonly output?: (bytes: Uint8Array | undefined) => void;
  /** A terminal for all three. */
  readonly terminal?: string;
}

const running = new Map<number, (status: ExitStatus) => void>();
let devNull = -1;

export interface ExitStatus {
  /** Exit code, or 128 + the signal's number. */
  readonly code: number;
  readonly signal: number | undefined;
}

/** Starts a program in the background. `exited` is called once. Returns its process id, or a negative number. */
export function spawn(
  args: readonly string[],
  options: SpawnOptions,
  exited: (status: ExitStatus) => void,
): number {
  if (devNull < 0) devNull = os.open('/dev/null', os.O_RDWR);
  const pipe = options.output === undefined ? null : os.pipe();
  const terminal =
    options.terminal === undefined ? -1 : os.open(options.terminal, os.O_RDWR | notControlling);
  const sink = terminal >= 0 ? terminal : (pipe?.[1] ?? devNull);
  const pid = os.exec(args, {
    block: false,
    stdin: options.stdin ?? (terminal >= 0 ? terminal : devNull),
    stdout: options.stdout ?? sink,
    stderr: options.stderr ?? sink,
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  if (terminal >= 0) os.close(terminal);
  if (pipe !== null) {
    os.close(pipe[1]);
    if (options.output !== undefined) onReadable(pipe[0], options.output);
  }
  if (pid > 0) running.set(pid, exited);
  return pid;
}

/** Runs a program to its end; resolves to what it wrote and its exit code. */
export function run(
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<{ code: number; bytes: number[] }> {
  return new Promise((resolve) => {
    const bytes: number[] = [];
    let code: number | undefined;
    let open = options.terminal === undefined;
    const done = (): void => {
      if (!open && code !== undefined) resolve({ code, bytes });
    };
    const output = (chunk: Uint8Array | undefined): void => {
      if (chunk === undefined) open = false;
      else bytes.push(...chunk);
      done();
    };
    const pid = spawn(args, open ? { ...options, output } : options, (status) => {
      code = status.code;
      done();
    });
    if (pid <= 0) resolve({ code: 127, bytes });
  });
}

/** Collects children that have ended. */
export function reap(): void {
  for (;;) {
    const [pid, status] = os.waitpid(-1, os.WNOHANG);
    if (pid <= 0) return;
    const exited = running.get(pid);
    running.delete(pid);
    const signal = status & 0x7f;
    exited?.(
      signal === 0 ? { code: (status >> 8) & 0xff, signal: undefined } : { code: 128 + signal, signal },
    );
  }
}

const reapInterval = 1000;

/** Collects children from now on. Also now and then: a signal just before the wait is seen late, and without a timer QuickJS ends. */
export function keepReaping(): void {
  const again = (): void => {
    reap();
    os.setTimeout(again, reapInterval);
  };
  os.signal(os.SIGCHLD, reap);
  again();
}

/** Reads whenever there is something; stops at the end of the stream. */
export function onReadable(fd: number, handler: (bytes: Uint8Array | undefined) => void): void {
  const buffer = new ArrayBuffer(4096);
  os.setReadHandler(fd, () => {
    const got = os.read(fd, buffer, 0, buffer.byteLength);
    if (got > 0) {
      handler(new Uint8Array(buffer.slice(0, got)));
      return;
    }
    os.setReadHandler(fd, null);
    os.close(fd);
    handler(undefined);
  });
}

/** Opens a device or FIFO for reading. A FIFO stays open when its writers go. Negative: failed. */
export function openForReading(path: string, keepOpen = false): number {
  return os.open(path, (keepOpen ? os.O_RDWR : os.O_RDONLY) | notControlling | nonBlocking);
}

/** A pipe that a child can have as its standard input. */
export function makePipe(): { readonly read: number; readonly write: number } | undefined {
  const ends = os.pipe();
  return ends === null ? undefined : { read: ends[0], write: ends[1] };
}

/** Reopens an end of a pipe so that reading or writing never waits, and closes the one given. Negative: failed. */
export function withoutWaiting(fd: number, way: 'read' | 'write'): number {
  const path = `/proc/self/fd/${fd}`;
  const reopened = os.open(path, (way === 'read' ? os.O_RDONLY : os.O_WRONLY) | nonBlocking);
  os.close(fd);
  return reopened;
}

/** Opens a device for both ways, so that neither waits. Negative: failed. */
export function openDevice(path: string): number {
  return os.open(path, os.O_RDWR | notControlling | nonBlocking);
}

/** Reads what is there, without waiting, into a buffer: bytes got, 0 at the end of the stream. */
export function readNow(fd: number, into: ArrayBuffer, most = into.byteLength): number | 'later' | 'failed' {
  const got = os.read(fd, into, 0, most);
  return got >= 0 ? got : got === notNow ? 'later' : 'failed';
}

/** Writes what there is room for, without waiting: bytes taken. */
export function writeNow(
  fd: number,
  bytes: Uint8Array<ArrayBuffer>,
  from: number,
): number | 'later' | 'failed' {
  const took = os.write(fd, bytes.buffer, bytes.byteOffset + from, bytes.length - from);
  return took >= 0 ? took : took === notNow ? 'later' : 'failed';
}

/** Calls back whenever reading would not wait. The one that was set last is served last: setting it anew is fair to others. */
export function whenReadable(fd: number, action: (() => void) | undefined): void {
  os.setReadHandler(fd, null);
  if (action !== undefined) os.setReadHandler(fd, action);
}

/** Calls back whenever writing would not wait. */
export function whenWritable(fd: number, action: (() => void) | undefined): void {
  os.setWriteHandler(fd, action ?? null);
}

/** Writing to a pipe that nobody reads fails instead of ending the program. Children get the usual behaviour. */
export function surviveBrokenPipes(): void {
  os.signal(os.SIGPIPE, () => undefined);
}

export function closeFd(fd: number): void {
  os.close(fd);
}

export function kill(pid: number, signal: number): boolean {
  return os.kill(pid, signal) === 0;
}

export function ownPid(): number {
  return os.getpid();
}

/** Milliseconds of a clock that is never set. */
export const now = (): number => os.now();

/** Seconds since the kernel started. */
export function uptime(): number {
  return Number.parseFloat(readText('/proc/uptime') ?? '0');
}

export function after(milliseconds: number, action: () => void): () => void {
  const timer = os.setTimeout(action, milliseconds);
  return () => {
    os.clearTimeout(timer);
  };
}

export const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    after(milliseconds, resolve);
  });

/** Blocks the whole program: only for commands that have nothing else to do. */
export const pause = (milliseconds: number): void => {
  os.sleep(milliseconds);
};

export const commandArguments = (): readonly string[] => scriptArgs.slice(1);

export function print(text: string): void {
  std.out.puts(`${text}\n`);
}

export function printError(text: string): void {
  std.err.puts(`${text}\n`);
}

export function exit(code: number): never {
  std.out.flush();
  return std.exit(code);
}
