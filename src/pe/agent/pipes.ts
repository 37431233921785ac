import { closeFd, makePipe, readNow, whenReadable, whenWritable, withoutWaiting, writeNow } from '../host.ts';
import { decodeBase64 } from '../lib/base64.ts';

/** Makes lines of base64 that the port takes in one piece, 32 KiB. */
const pieceSize = 24_000;
/** What a pipe of Linux holds. */
const pipeSize = 64 * 1024;
/** Characters of base64 that are decoded at a time; a multiple of four. */
const feedSize = 16 * 1024;
const piece = new ArrayBuffer(pieceSize);

/** One output of a command, as it comes. */
export interface Output {
  /** For the command's process; `started` closes it on our side. */
  readonly childEnd: number;
  readonly started: () => void;
  readonly hold: (on: boolean) => void;
  /** The command has ended: tells what is left in the pipe. What others write into it later is dropped. */
  readonly finish: () => void;
}

/** `told` gets the pieces, valid only during the call. `undefined`: no more files can be opened. */
export function openOutput(told: (bytes: Uint8Array) => void, closed: () => void): Output | undefined {
  const pipe = makePipe();
  if (pipe === undefined) return undefined;
  const fd = withoutWaiting(pipe.read, 'read');
  if (fd < 0) {
    closeFd(pipe.write);
    return undefined;
  }
  let open = true;
  let held = false;
  let dropping = false;

  /** Bytes read; 0: nothing is left for now. */
  function readOne(most: number): number {
    const got = readNow(fd, piece, Math.min(most, pieceSize));
    if (got === 'later') return 0;
    if (got === 'failed' || got === 0) {
      open = false;
      whenReadable(fd, undefined);
      closeFd(fd);
      closed();
      return 0;
    }
    if (!dropping) told(new Uint8Array(piece, 0, got));
    return got;
  }
  function read(): void {
    readOne(pieceSize);
    // After all others, so that one that writes without end does not keep them waiting.
    if (open && !held) whenReadable(fd, read);
  }

  whenReadable(fd, read);
  return {
    childEnd: pipe.write,
    started: () => {
      closeFd(pipe.write);
    },
    hold(on) {
      if (dropping) return;
      held = on;
      if (open) whenReadable(fd, on ? undefined : read);
    },
    finish() {
      let left = pipeSize;
      while (open && left > 0) {
        const got = readOne(left);
        if (got === 0) break;
        left -= got;
      }
      dropping = true;
      held = false;
      if (open) whenReadable(fd, read);
    },
  };
}

/** What a command reads. */
export interface Feed {
  /** For the command's process; `undefined`: it has nothing to read. */
  readonly childEnd: number | undefined;
  readonly started: () => void;
  readonly stop: () => void;
}

/** Writes base64 into a pipe, decoded piece by piece as fast as it is read. `undefined`: no more files can be opened. */
export function feed(input: string): Feed | undefined {
  const nothing = (): void => undefined;
  if (input === '') return { childEnd: undefined, started: nothing, stop: nothing };
  const pipe = makePipe();
  if (pipe === undefined) return undefined;
  const fd = withoutWaiting(pipe.write, 'write');
  if (fd < 0) {
    closeFd(pipe.read);
    return undefined;
  }
  let open = true;
  let decoded = 0;
  let bytes: Uint8Array<ArrayBuffer> = new Uint8Array();
  let done = 0;
  function stop(): void {
    if (!open) return;
    open = false;
    whenWritable(fd, undefined);
    closeFd(fd);
  }
  function write(): void {
    if (done === bytes.length) {
      bytes = decodeBase64(input.slice(decoded, decoded + feedSize)) ?? new Uint8Array();
      decoded += feedSize;
      done = 0;
    }
    const took = writeNow(fd, bytes, done);
    if (took === 'later') return;
    if (took !== 'failed') done += took;
    if (took === 'failed' || (done === bytes.length && decoded >= input.length)) stop();
  }
  return {
    childEnd: pipe.read,
    started: () => {
      closeFd(pipe.read);
      if (open) whenWritable(fd, write);
    },
    stop,
  };
}
