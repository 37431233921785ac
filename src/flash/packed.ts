import { extname } from 'node:path';
import { FailedError, InterruptedError, MissingError } from '../base/errors.ts';
import { findProgram, run } from '../sys/run.ts';

/** Bytes that come in order and cannot be gone back in. */
export interface Stream {
  /** Fills `into` with what comes next; fewer only at the end. */
  read(into: Buffer): Promise<number>;
  close(): Promise<void>;
}

/** What unpacks files with these endings, and the package that it is in. */
const unpackers: Readonly<Record<string, readonly [string, string]>> = {
  '.zst': ['zstd', 'zstd'],
  '.xz': ['xz', 'xz-utils'],
  '.gz': ['gzip', 'gzip'],
};

export function isPacked(path: string): boolean {
  return extname(path) in unpackers;
}

/** Unpacks a file by the program that is for it. Throws `MissingError` where it is not on this machine. */
export function unpack(path: string, signal: AbortSignal): Stream {
  const [name = '', debian = ''] = unpackers[extname(path)] ?? [];
  const program = findProgram(name);
  if (program === undefined)
    throw new MissingError(
      `${name}, which unpacks ${path}, is not on this machine`,
      `sudo apt-get install ${debian}`,
    );
  const ending = new AbortController();
  const chunks = queue();
  const ended = run([program, '-dcq', path], {
    signal: AbortSignal.any([signal, ending.signal]),
    stdout: (chunk) => chunks.put(chunk),
  }).then(
    () => chunks.end(undefined),
    (error: unknown) =>
      chunks.end(
        error instanceof InterruptedError || error instanceof MissingError
          ? error
          : new FailedError('bad-image', `${path} is damaged: it cannot be unpacked to its end`, {
              hint: 'copy or download it again, and compare it with SHA256SUMS',
              cause: error,
            }),
      ),
  );
  return {
    read: (into) => chunks.fill(into),
    async close() {
      ending.abort();
      chunks.drop();
      await ended;
    },
  };
}

/** Chunks between a process and a reader, one at a time. */
function queue(): {
  put(chunk: Buffer): Promise<void>;
  end(error: unknown): void;
  fill(into: Buffer): Promise<number>;
  drop(): void;
} {
  let current: Buffer = Buffer.alloc(0);
  let taken = (): void => undefined;
  let arrived = (): void => undefined;
  let ended: { readonly error: unknown } | undefined;
  let dropped = false;
  return {
    put: (chunk) => {
      if (dropped) return Promise.resolve();
      current = chunk;
      return new Promise((resolve) => {
        taken = resolve;
        arrived();
      });
    },
    end: (error) => {
      ended = { error };
      arrived();
    },
    async fill(into) {
      let done = 0;
      while (done < into.length) {
        if (current.length > 0) {
          const count = current.copy(into, done);
          current = current.subarray(count);
          done += count;
          if (current.length === 0) taken();
        } else if (ended !== undefined) {
          if (ended.error !== undefined) throw ended.error as Error;
          break;
        } else {
          await new Promise<void>((resolve) => {
            arrived = resolve;
          });
        }
      }
      return done;
    },
    drop: () => {
      dropped = true;
      current = Buffer.alloc(0);
      taken();
    },
  };
}
