import { createHash, type Hash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { StepContext } from '../plan/types.ts';
import type { RootCompression } from '../recipe/root-media-types.ts';

/** SHA-256, in hexadecimal digits, and length of what was written. */
export interface Packed {
  readonly sha256: string;
  readonly bytes: number;
}

/** A file that knows what was written to it. */
function hashedFile(to: string): {
  readonly write: (chunk: Uint8Array) => void;
  readonly close: () => Packed;
} {
  const fd = openSync(to, 'w');
  const hash = createHash('sha256');
  let bytes = 0;
  return {
    write: (chunk) => {
      hash.update(chunk);
      for (let done = 0; done < chunk.length; ) done += writeSync(fd, chunk, done);
      bytes += chunk.length;
    },
    close: () => {
      closeSync(fd);
      return { sha256: hash.digest('hex'), bytes };
    },
  };
}

function* counted(chunks: Iterable<Uint8Array>, hash: Hash): Generator<Uint8Array> {
  for (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}

/** Bytes packed at once: large enough that the seams cost nothing. */
const portion = 4 * 1024 * 1024;

function* portions(chunks: Iterable<Uint8Array>): Generator<Buffer> {
  let buffer = Buffer.allocUnsafe(portion);
  let used = 0;
  for (const chunk of chunks) {
    for (let done = 0; done < chunk.length; ) {
      const take = Math.min(chunk.length - done, portion - used);
      buffer.set(chunk.subarray(done, done + take), used);
      used += take;
      done += take;
      if (used < portion) continue;
      yield buffer;
      buffer = Buffer.allocUnsafe(portion);
      used = 0;
    }
  }
  if (used > 0) yield buffer.subarray(0, used);
}

/**
 * Packs as gzip on all processors: portions by themselves, one member after the other (RFC 1952, section 2.2), so that the
 * bytes do not depend on how many processors there are. zlib's output differs among versions of Node; the pinned one's does not.
 */
async function gzip(
  context: StepContext,
  chunks: Iterable<Uint8Array>,
  write: (chunk: Uint8Array) => void,
): Promise<void> {
  const pack = async (bytes: Buffer): Promise<Buffer> => {
    const packed: Buffer[] = [];
    await context.run(context.tool('usr/bin/zstd', '-q', '--format=gzip', '-4', '-c'), {
      stdin: bytes,
      stdout: (chunk) => {
        packed.push(chunk);
      },
    });
    return Buffer.concat(packed);
  };
  const underway: Promise<Buffer>[] = [];
  for (const bytes of portions(chunks)) {
    const next = pack(bytes);
    // Who waits for it hears of it; until then a failure is no crash.
    next.catch(() => undefined);
    underway.push(next);
    if (underway.length < availableParallelism()) continue;
    write(await (underway.shift() as Promise<Buffer>));
  }
  for (const next of underway) write(await next);
}

/** Writes chunks, which may share one buffer, to a file; gives what they are and what the file is. */
export async function packStream(
  context: StepContext,
  chunks: Iterable<Uint8Array>,
  how: { readonly compress: RootCompression; readonly to: string },
): Promise<{ readonly plain: string; readonly packed: Packed }> {
  const plain = createHash('sha256');
  const file = hashedFile(how.to);
  const stream = counted(chunks, plain);
  switch (how.compress) {
    case 'none':
      for (const chunk of stream) file.write(chunk);
      break;
    case 'gzip':
      await gzip(context, stream, file.write);
      break;
    case 'zstd':
      // With several threads the bytes do not depend on how many.
      await context.run(context.tool('usr/bin/zstd', '-q', '-3', '-T2', '-c'), {
        stdin: stream,
        stdout: file.write,
      });
      break;
  }
  return { packed: file.close(), plain: plain.digest('hex') };
}
