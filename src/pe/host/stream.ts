import * as os from 'os';
import * as std from 'std';
import { decode } from '../../base/decode.ts';
import { FailedError } from '../../base/errors.ts';
import {
  after,
  closeFd,
  kill,
  makePipe,
  onReadable,
  readNow,
  reap,
  spawn,
  whenReadable,
  whenWritable,
  withoutWaiting,
  writeNow,
} from '../host.ts';
import { basicEnv } from './run.ts';

/** Long streams between programs and files: part of the PE's one door to the machine (see src/pe/host.ts). */

/** A program at work. */
export interface Running {
  readonly pid: number;
  readonly name: string;
  /** Resolves at its end, whatever its exit code. */
  readonly ended: Promise<{ readonly code: number; readonly said: string }>;
}

const atWork = new Set<number>();
/** Ends a flow that is under way. */
const underWay = new Set<() => void>();
const mostSaid = 4096;

/** What is started gets these ends of pipes; the caller's copies are closed. */
export interface Ends {
  readonly stdin?: number;
  readonly stdout?: number;
}

/** Starts a program between two descriptors; without one it has /dev/null. The end of what it says on standard error is kept. */
export function startProgram(
  argv: readonly string[],
  { stdin, stdout }: Ends,
  env: Readonly<Record<string, string>> = {},
): Running {
  let said: number[] = [];
  let quiet = false;
  let code: number | undefined;
  const errors = makePipe();
  if (errors === undefined) throw new FailedError('files', 'too many open files');
  const pid = spawn(
    argv,
    {
      env: { ...basicEnv, ...env },
      stderr: errors.write,
      ...(stdin === undefined ? {} : { stdin }),
      ...(stdout === undefined ? {} : { stdout }),
    },
    (status) => {
      code = status.code;
      atWork.delete(pid);
    },
  );
  for (const fd of [errors.write, stdin, stdout]) if (fd !== undefined && fd > 2) closeFd(fd);
  onReadable(errors.read, (bytes) => {
    if (bytes === undefined) quiet = true;
    else said = [...said, ...bytes].slice(-mostSaid);
  });
  if (pid > 0) atWork.add(pid);
  else code = 127;
  const ended = new Promise<{ code: number; said: string }>((resolve) => {
    let pause = 2;
    const look = (): void => {
      reap();
      if (code !== undefined && (quiet || pid <= 0)) {
        resolve({ code, said: decode(said).trim() });
        return;
      }
      after(pause, look);
      pause = Math.min(50, pause * 2);
    };
    look();
  });
  return { pid, name: argv[0] ?? '', ended };
}

/** Ends all programs that `startProgram` has started, and all flows: one may wait for a source that has fallen silent. */
export function endStreams(): void {
  for (const pid of atWork) kill(pid, 15);
  for (const end of [...underWay]) end();
}

/** Bytes that a process has read so far, from files too; `undefined` where that cannot be told. */
export function bytesRead(pid: number): number | undefined {
  const file = std.open(`/proc/${pid}/io`, 'r');
  const text = file?.readAsString() ?? '';
  file?.close();
  const found = /^rchar: (\d+)$/m.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

export interface Pipe {
  readonly read: number;
  readonly write: number;
}

export function pipe(): Pipe {
  const made = makePipe();
  if (made === undefined) throw new FailedError('files', 'too many open files');
  return made;
}

/** Where bytes go. An end of a pipe of our own must not be waited for: its reader may wait for us. */
export interface Sink {
  readonly fd: number;
  readonly ours: boolean;
}

export interface Flow {
  /** Read to its end and closed. */
  readonly from: number;
  /** All get the same bytes; those that are ours are closed at the end. */
  readonly to: readonly Sink[];
  /** Goes before all that is read. */
  readonly head?: Uint8Array;
  /** So many bytes at the end are not passed on. */
  readonly keepBack?: number;
  /** Told how many bytes have gone through. */
  readonly through?: (bytes: number) => void;
}

export interface Flown {
  /** Bytes passed on. */
  readonly bytes: number;
  /** What was kept back: shorter where there was less. */
  readonly tail: Uint8Array<ArrayBuffer>;
  /** A sink has taken no more before the end. */
  readonly broken: boolean;
}

const chunkSize = 64 * 1024;

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Moves bytes until the source ends. Several may be under way at once, also one into a program that the next reads from. */
export function flow({ from, to, head, keepBack = 0, through }: Flow): Promise<Flown> {
  const sinks = to.map(({ fd, ours }) => ({ fd: ours ? withoutWaiting(fd, 'write') : fd, ours }));
  const buffer = new ArrayBuffer(chunkSize);
  let tail: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  let bytes = 0;
  return new Promise((resolve) => {
    const stop = (): void => {
      end(true);
    };
    const end = (broken: boolean): void => {
      underWay.delete(stop);
      whenReadable(from, undefined);
      if (from > 2) closeFd(from);
      for (const { fd, ours } of sinks) {
        whenWritable(fd, undefined);
        if (ours) closeFd(fd);
      }
      resolve({ bytes, tail, broken });
    };
    const pass = (fresh: Uint8Array, then: () => void): void => {
      const all = keepBack === 0 ? Uint8Array.from(fresh) : joined([tail, fresh]);
      const ready = all.subarray(0, Math.max(0, all.length - keepBack));
      tail = Uint8Array.from(all.subarray(ready.length));
      let open = sinks.length;
      const state = { over: false };
      const taken = (): void => {
        open -= 1;
        if (open > 0 || state.over) return;
        bytes += ready.length;
        through?.(bytes);
        then();
      };
      if (ready.length === 0 || open === 0) {
        open = 1;
        taken();
        return;
      }
      for (const { fd } of sinks) {
        let at = 0;
        const write = (): void => {
          while (at < ready.length) {
            const took = writeNow(fd, ready, at);
            if (took === 'later') {
              whenWritable(fd, write);
              return;
            }
            if (took === 'failed') {
              whenWritable(fd, undefined);
              if (!state.over) end(true);
              state.over = true;
              return;
            }
            at += took;
          }
          whenWritable(fd, undefined);
          taken();
        };
        if (!state.over) write();
      }
    };
    const read = (): void => {
      const got = readNow(from, buffer);
      if (got === 'later') return;
      if (got === 'failed' || got === 0) {
        end(got === 'failed');
        return;
      }
      whenReadable(from, undefined);
      pass(new Uint8Array(buffer, 0, got), () => {
        whenReadable(from, read);
      });
    };
    underWay.add(stop);
    os.signal(os.SIGPIPE, () => undefined);
    if (sinks.some(({ fd }) => fd < 0)) {
      end(true);
      return;
    }
    if (head === undefined || head.length === 0) whenReadable(from, read);
    else
      pass(head, () => {
        whenReadable(from, read);
      });
  });
}

/** Opens a file for reading from its start. Throws `FailedError`. */
export function openFile(path: string): number {
  const fd = os.open(path, os.O_RDONLY);
  if (fd < 0) throw new FailedError('file', `cannot read ${path}: ${std.strerror(-fd)}`);
  return fd;
}

/** Makes a new file for writing, in place of one of that name. Throws `FailedError`. */
export function makeFile(path: string, mode = 0o644): number {
  os.remove(path);
  const fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode);
  if (fd < 0) throw new FailedError('file', `cannot write ${path}: ${std.strerror(-fd)}`);
  return fd;
}

/** Writes all bytes, waiting as long as it takes. False: they are not taken. */
export function writeBytes(fd: number, bytes: Uint8Array<ArrayBuffer>): boolean {
  for (let at = 0; at < bytes.length; ) {
    const took = os.write(fd, bytes.buffer, bytes.byteOffset + at, bytes.length - at);
    if (took <= 0) return false;
    at += took;
  }
  return true;
}
