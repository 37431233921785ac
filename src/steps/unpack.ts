import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { gunzipSync } from 'node:zlib';
import { FailedError, MissingError } from '../base/errors.ts';
import type { DebMember } from '../formats/deb.ts';
import { xzUnpackedSize } from '../formats/xz-size.ts';
import type { RunResult } from '../sys/run.ts';
import type { RunOptions } from '../sys/run-options.ts';
import { fileReader, readAtOf } from './read-file.ts';

/** Unpacks one member of a .deb to the end of an open file; gives the number of bytes written. */
export type Unpack = (deb: string, member: DebMember, to: number) => Promise<number>;

type Run = (argv: readonly string[], options?: RunOptions) => Promise<RunResult>;

interface Job {
  readonly deb: string;
  readonly member: DebMember;
  readonly to: number;
  readonly unpackedSize: number;
  readonly resolve: (bytes: number) => void;
  readonly reject: (error: unknown) => void;
}

/** Above this packed size in bytes a member gets a process of its own, which reads and writes the files directly. */
const largeSize = 512 * 1024;
/** A process for small members takes up to this many packed bytes of them. */
const batchSize = 3 * 1024 * 1024;
const chunk = 1024 * 1024;

function* packedBytes(jobs: readonly Job[]): Generator<Uint8Array> {
  using reader = fileReader();
  const buffer = Buffer.allocUnsafe(chunk);
  for (const { deb, member } of jobs) {
    for (let done = 0; done < member.size; done += chunk) {
      const part = buffer.subarray(0, Math.min(chunk, member.size - done));
      reader.fill(deb, member.offset + done, part);
      yield part;
    }
  }
}

/** Deals the output of one process out to the files of the jobs it was fed, by their unpacked sizes. */
function dealer(jobs: readonly Job[]): { take: (bytes: Buffer) => void; finish: () => void } {
  let current = 0;
  let written = 0;
  const advance = (): void => {
    for (let job = jobs[current]; job !== undefined && written === job.unpackedSize; job = jobs[current]) {
      job.resolve(written);
      current += 1;
      written = 0;
    }
  };
  return {
    take(bytes) {
      let rest = bytes;
      while (rest.length > 0) {
        const job = jobs[current];
        if (job === undefined) throw new FailedError('bad-package', 'a package unpacks to more than it says');
        const part = rest.subarray(0, job.unpackedSize - written);
        writeSync(job.to, part);
        written += part.length;
        rest = rest.subarray(part.length);
        advance();
      }
    },
    finish: advance,
  };
}

async function unpackLarge(job: Job, run: Run): Promise<void> {
  const from = openSync(job.deb, 'r');
  try {
    // Reading up to the member moves the descriptor's offset, which the process inherits.
    const skip = Buffer.allocUnsafe(job.member.offset);
    readSync(from, skip, 0, skip.length, null);
    await run(['xz', '-dc', '--single-stream'], { stdin: from, stdout: job.to });
    job.resolve(job.unpackedSize);
  } finally {
    closeSync(from);
  }
}

async function unpackBatch(jobs: readonly Job[], run: Run): Promise<void> {
  const deal = dealer(jobs);
  await run(['xz', '-dc'], { stdin: packedBytes(jobs), stdout: deal.take });
  deal.finish();
}

function installHint(error: unknown, program: string, install: string): unknown {
  return error instanceof MissingError
    ? new MissingError(`${program} is not on this machine`, install)
    : error;
}

/**
 * A queue in front of `xz`: as many processes as processors, each unpacking many small members one after the other, since
 * starting a process costs more than unpacking a small package.
 */
export function unpackQueue(run: Run): Unpack {
  /** Sorted by size, the largest first. */
  const large: Job[] = [];
  /** In the order asked for: the build tools come first, since most steps wait for them. */
  const small: Job[] = [];
  let processes = 0;

  const smallBatch = (): Job[] => {
    let bytes = 0;
    const end = small.findIndex((job) => (bytes += job.member.size) >= batchSize);
    return small.splice(0, end === -1 ? small.length : end + 1);
  };

  /** One process begins with the large ones, the others with the small ones; then each helps out. */
  const nextBatch = (first: boolean): Job[] => {
    const job = first || small.length === 0 ? large.shift() : undefined;
    return job === undefined ? smallBatch() : [job];
  };

  const pump = async (): Promise<void> => {
    const first = processes === 0;
    processes += 1;
    for (let batch = nextBatch(first); batch.length > 0; batch = nextBatch(first)) {
      const [job] = batch;
      try {
        if (job !== undefined && job.member.size >= largeSize) await unpackLarge(job, run);
        else await unpackBatch(batch, run);
      } catch (error) {
        for (const job of batch) job.reject(installHint(error, 'xz', 'sudo apt-get install xz-utils'));
      }
    }
    processes -= 1;
  };

  const enqueue = (deb: string, member: DebMember, to: number): Promise<number> =>
    new Promise((resolve, reject) => {
      using reader = fileReader();
      const read = readAtOf(deb, reader);
      const size = xzUnpackedSize((offset, length) => read(member.offset + offset, length), member.size);
      const job = { deb, member, to, unpackedSize: size, resolve, reject };
      if (member.size < largeSize) small.push(job);
      else {
        large.push(job);
        large.sort((a, b) => b.member.size - a.member.size);
      }
      // Members of other packages that arrive in the same turn join the batch.
      if (processes < availableParallelism())
        setImmediate(() => processes < availableParallelism() && void pump());
    });

  return async (deb, member, to) => {
    if (member.compression === 'xz') return enqueue(deb, member, to);
    using reader = fileReader();
    const packed = Buffer.allocUnsafe(member.size);
    reader.fill(deb, member.offset, packed);
    if (member.compression === 'zst') {
      let bytes = 0;
      const take = (part: Buffer): void => {
        bytes += writeSync(to, part);
      };
      await run(['zstd', '-dcq'], { stdin: packed, stdout: take }).catch((error: unknown) => {
        throw installHint(error, 'zstd', 'sudo apt-get install zstd');
      });
      return bytes;
    }
    return writeSync(to, member.compression === 'gz' ? gunzipSync(packed) : packed);
  };
}
