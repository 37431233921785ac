import { createHash, type Hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { InterruptedError } from '../base/errors.ts';
import type { Monitor } from '../base/events.ts';
import { formatBytes } from '../base/sizes.ts';
import type { Extent } from '../formats/piece.ts';
import { alignedBuffers, bufferPool } from './buffers.ts';
import { differs, type FlashState, targetError } from './errors.ts';
import { clearedFirst, headBytes, lengthOf, pieces } from './ranges.ts';
import type { ImageSource } from './source.ts';
import type { Target } from './target.ts';

export interface FlashOptions {
  readonly signal: AbortSignal;
  readonly monitor: Monitor;
  /** Read back and compare. */
  readonly verify: boolean;
  /** Told of each step, before it is taken. */
  readonly onState: (state: FlashState) => void;
}

export interface Flashed {
  /** Bytes of the image that had to be written. */
  readonly bytes: number;
  /** Whether what was compared came from the medium, not perhaps from memory; `undefined`: nothing was compared. */
  readonly verified: 'medium' | 'perhaps-memory' | undefined;
}

const chunk = 2 * 1024 * 1024;
/** As many are read or written at once as Node has threads for that, and some are being filled. */
const inFlight = 6;
/** Parts of the image that are read before they are needed; the other buffers are being written. */
const readAhead = 2;

interface Written extends Extent {
  readonly sha256: string;
}

/**
 * Writes an image. Its first MiB comes last, when all else has been read back, so that nothing starts from a device that is
 * not finished.
 */
export async function flash(source: ImageSource, target: Target, options: FlashOptions): Promise<Flashed> {
  const { onState, verify } = options;
  const work = workshop(target, options);
  const bytes = lengthOf(source.ranges);
  if (!target.blank) {
    onState('clearing');
    await work.clear();
  }
  onState('writing');
  const written = await work.step(`write ${formatBytes(bytes)} to ${target.path}`, bytes, (progress) =>
    work.writeRanges(source, progress),
  );
  let fromMedium: boolean | undefined;
  if (verify) {
    onState('checking');
    fromMedium = await target.forget();
    await work.step(`read back ${target.path}`, bytes, (progress) =>
      work.checkRanges(written, source.head, progress),
    );
  }
  onState('finishing');
  await work.writeHead(source.head);
  if (verify) {
    await target.forget();
    await work.checkHead(source.head);
  }
  onState('done');
  return { bytes, verified: fromMedium === undefined ? undefined : fromMedium ? 'medium' : 'perhaps-memory' };
}

type Progress = (bytes: number) => void;

function workshop(target: Target, { signal, monitor, verify }: FlashOptions) {
  const buffers = alignedBuffers(inFlight, chunk);
  const doing = async <T>(how: 'written' | 'read back', at: number, work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw targetError(error, target, { doing: how, at, gone: isGone(target) });
    }
  };
  const write = (bytes: Buffer, at: number): Promise<void> => doing('written', at, target.write(bytes, at));
  const sync = (): Promise<void> => doing('written', 0, target.sync());
  const read = (into: Buffer, at: number): Promise<number> => doing('read back', at, target.read(into, at));
  const goOn = (): void => {
    if (signal.aborted) throw new InterruptedError();
  };

  return {
    /** Tells of a step with its progress. */
    async step<T>(title: string, total: number, work: (progress: Progress) => Promise<T>): Promise<T> {
      const startMs = performance.now();
      const what = { id: title, kind: 'flash', title };
      monitor({ type: 'step-start', ...what });
      let bytes = 0;
      let outcome: 'built' | 'failed' = 'failed';
      try {
        const result = await work((more) => {
          bytes += more;
          monitor({ type: 'step-progress', id: title, bytes, total });
        });
        outcome = 'built';
        return result;
      } finally {
        monitor({ type: 'step-end', ...what, startMs, ms: performance.now() - startMs, outcome });
      }
    },

    /** What was on the device is no longer found there. */
    async clear(): Promise<void> {
      const [buffer = Buffer.alloc(chunk)] = buffers;
      buffer.fill(0);
      for (const { from, to } of clearedFirst(target.bytes)) {
        for (let at = from; at < to; at += chunk)
          await write(buffer.subarray(0, Math.min(chunk, to - at)), at);
      }
      await sync();
    },

    /** All but the head; gives the checksums of what was read, where there is a use for them. */
    async writeRanges(source: ImageSource, progress: Progress): Promise<Written[]> {
      const pool = bufferPool(buffers);
      const zeros = Buffer.alloc(target.blank ? chunk : 0);
      const parts = source.ranges.flatMap((range) =>
        pieces(range, chunk).map((part) => ({ ...part, range })),
      );
      const pending = new Set<Promise<void>>();
      let failure: { readonly error: unknown } | undefined;
      const written: Written[] = [];
      // An image is read in order, some parts ahead.
      const queue: Promise<Buffer>[] = [];
      let last: Promise<unknown> = Promise.resolve();
      const readOn = (next: Extent | undefined): void => {
        if (next === undefined) return;
        const one = last.then(async () => {
          const buffer = await pool.take();
          await source.read(buffer.subarray(0, next.to - next.from), next.from);
          return buffer;
        });
        one.catch(() => undefined);
        last = one;
        queue.push(one);
      };
      const startWrite = (buffer: Buffer, length: number, at: number): void => {
        const one = write(buffer.subarray(0, length), at)
          .then(() => progress(length))
          .catch((error: unknown) => {
            failure ??= { error };
          })
          .finally(() => {
            pending.delete(one);
            pool.giveBack(buffer);
          });
        pending.add(one);
      };
      try {
        let hash: Hash | undefined;
        for (const part of parts.slice(0, readAhead)) readOn(part);
        for (const [i, { from, to, range }] of parts.entries()) {
          const buffer = await (queue.shift() as Promise<Buffer>);
          goOn();
          if (failure !== undefined) throw failure.error;
          readOn(parts[i + readAhead]);
          const part = buffer.subarray(0, to - from);
          const isWritten =
            from >= headBytes && !(target.blank && part.equals(zeros.subarray(0, part.length)));
          if (isWritten) startWrite(buffer, part.length, from);
          // While it is being written.
          if (verify || range.sha256 !== undefined) hash = (hash ?? createHash('sha256')).update(part);
          if (!isWritten) {
            progress(part.length);
            pool.giveBack(buffer);
          }
          if (to < range.to) continue;
          const sha256 = hash?.digest('hex');
          hash = undefined;
          if (sha256 !== undefined) written.push({ from: range.from, to, sha256 });
          if (range.sha256 !== undefined && range.sha256 !== sha256) throw source.changed(range);
        }
        await source.finish();
      } finally {
        // A file must not be closed under a read or a write.
        await Promise.allSettled([last, ...pending]);
      }
      if (failure !== undefined) throw failure.error;
      goOn();
      await sync();
      return written;
    },

    /** Of the part that is in the head, what is to come there is taken for read. */
    async checkRanges(written: readonly Written[], head: Buffer, progress: Progress): Promise<void> {
      const pool = bufferPool(buffers);
      const reading = new Set<Promise<unknown>>();
      const parts = written.flatMap((range) => pieces(range, chunk).map((part) => ({ ...part, range })));
      let hash = createHash('sha256');
      const start = ({ from, to }: Extent): Promise<Buffer> => {
        const length = to - from;
        const one = pool.take().then(async (buffer) => {
          if (from < headBytes) head.copy(buffer, 0, from, to);
          else {
            // Whole blocks, so that it is read past the kernel's memory.
            const got = await read(buffer.subarray(0, Math.ceil(length / 4096) * 4096), from);
            if (got < length) throw differs(target.path, from + got, to);
          }
          return buffer;
        });
        reading.add(one);
        void one.catch(() => undefined);
        return one;
      };
      try {
        const ahead = parts.slice(0, inFlight - 1).map(start);
        for (const [i, { from, to, range }] of parts.entries()) {
          goOn();
          const buffer = await (ahead.shift() ?? start({ from, to }));
          hash.update(buffer.subarray(0, to - from));
          pool.giveBack(buffer);
          const next = parts[i + inFlight - 1];
          if (next !== undefined) ahead.push(start(next));
          progress(to - from);
          if (to < range.to) continue;
          if (hash.digest('hex') !== range.sha256) throw differs(target.path, range.from, range.to);
          hash = createHash('sha256');
        }
      } finally {
        await Promise.allSettled(reading);
      }
    },

    async writeHead(head: Buffer): Promise<void> {
      const [buffer = Buffer.alloc(chunk)] = buffers;
      head.copy(buffer);
      await write(buffer.subarray(0, head.length), 0);
      await sync();
    },

    async checkHead(head: Buffer): Promise<void> {
      const [buffer = Buffer.alloc(chunk)] = buffers;
      buffer.fill(0);
      const got = await read(buffer.subarray(0, Math.ceil(head.length / 4096) * 4096), 0);
      if (got < head.length || !head.equals(buffer.subarray(0, head.length)))
        throw differs(target.path, 0, head.length);
    },
  };
}

/** A card that was pulled out of its reader leaves a device of no size. */
function isGone({ kind, path }: Target): boolean {
  if (kind === 'file') return false;
  try {
    return readFileSync(`/sys/class/block/${basename(path)}/size`, 'latin1').trim() === '0';
  } catch {
    return true;
  }
}
