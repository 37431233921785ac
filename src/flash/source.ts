import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { FailedError, InterruptedError, UserError } from '../base/errors.ts';
import { type Bmap, parseBmap } from '../formats/bmap.ts';
import type { Extent } from '../formats/piece.ts';
import { parseSums } from '../formats/sha256sums.ts';
import { xzUnpackedSize } from '../formats/xz-size.ts';
import { type ImageKind, imageKind } from './image-kind.ts';
import { isPacked, type Stream, unpack } from './packed.ts';
import { headBytes, type SourceRange, wholeImage } from './ranges.ts';
import { zstdUnpackedSize } from './unpacked-size.ts';

/** An image that is being read, from its start to its end. */
export interface ImageSource extends ImageKind {
  readonly path: string;
  /** Unpacked. */
  readonly bytes: number;
  readonly packed: boolean;
  /** Its block map was used. */
  readonly mapped: boolean;
  /** What must be written, in order. */
  readonly ranges: readonly SourceRange[];
  /** Its first part. */
  readonly head: Buffer;
  /** Fills the buffer with what lies at `at`, which never goes back but within the head. */
  read(into: Buffer, at: number): Promise<void>;
  /** Reads what is left, so that damage shows that only the end of a file tells of. */
  finish(): Promise<void>;
  /** What it means that a range has another checksum than it should. */
  changed(range: Extent): FailedError;
  close(): Promise<void>;
}

export interface SourceOptions {
  /** Use the block map beside the image. */
  readonly bmap: boolean;
  /** What the file's SHA-256 must be; `undefined`: as `SHA256SUMS` beside it says, if it does. */
  readonly sha256: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * Opens an image: a disk image or an ISO, as it is or packed. Throws `UserError` for what is none, `FailedError` for one that is
 * damaged, as far as that can be seen before it is read.
 */
export async function openSource(path: string, options: SourceOptions): Promise<ImageSource> {
  const packed = isPacked(path);
  const file = await openFile(path);
  try {
    const { size } = await file.stat();
    const map = options.bmap ? readMap(path) : undefined;
    const expected = options.sha256 ?? (map === undefined ? listedSum(path) : undefined);
    // The sums of a block map leave the gaps out.
    if ((packed || map !== undefined) && expected !== undefined)
      await checkWhole(file, path, expected, options.signal);
    const bytes = packed ? (map?.size ?? (await unpackedSize(file, path, size, options.signal))) : size;
    if (map !== undefined && map.size !== bytes) throw otherLength(path, bytes, map.size);
    const stream = packed ? unpack(path, options.signal) : plainStream(file);
    const reader = forwardReader(path, stream, bytes);
    const head = Buffer.alloc(Math.min(headBytes, bytes));
    try {
      await reader.read(head, 0);
      return {
        ...imageKind(path, head, bytes),
        ...{
          path,
          bytes,
          packed,
          head,
          mapped: map !== undefined,
          ranges: map?.ranges ?? wholeImage(bytes, packed ? undefined : expected),
        },
        async read(into, at) {
          if (at < head.length) head.copy(into, 0, at, at + into.length);
          else await reader.read(into, at);
        },
        async finish() {
          // A damaged end of a packed file shows only there.
          if (packed) await reader.finish();
        },
        changed: (range) => (map === undefined ? changed(path) : unlikeMap(path, range)),
        async close() {
          await stream.close();
          await file.close();
        },
      };
    } catch (error) {
      await stream.close();
      throw error;
    }
  } catch (error) {
    await file.close().catch(() => undefined);
    throw error;
  }
}

async function openFile(path: string): Promise<FileHandle> {
  const mistake = (message: string, hint?: string): UserError =>
    new UserError({ code: 'no-such-image', message, hint });
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw mistake(`there is no file ${path}`, 'diskbios build RECIPE --medium usb makes an image in out/');
    if (code === 'EACCES') throw mistake(`you may not read ${path}`);
    throw error;
  }
  const found = await file.stat();
  if (found.isFile() && found.size > 0) return file;
  await file.close();
  throw mistake(`${path} is ${found.isFile() ? 'empty' : 'no file'}`);
}

/** The block map beside an image, which `SHA256SUMS` may vouch for. */
function readMap(path: string): Bmap | undefined {
  const unpacked = isPacked(path) ? path.slice(0, -extname(path).length) : path;
  const file = [`${unpacked}.bmap`, `${path}.bmap`].find((name) => existsSync(name));
  if (file === undefined) return undefined;
  const text = readFileSync(file, 'utf8');
  const expected = listedSum(file);
  if (expected !== undefined && createHash('sha256').update(text).digest('hex') !== expected)
    throw changed(file);
  return parseBmap(text);
}

/** What `SHA256SUMS` in the same folder says of a file. */
function listedSum(path: string): string | undefined {
  const list = join(dirname(path), 'SHA256SUMS');
  if (!existsSync(list)) return undefined;
  return parseSums(readFileSync(list, 'utf8')).find(({ name }) => basename(name) === basename(path))?.sha256;
}

function changed(path: string): FailedError {
  return new FailedError(
    'image-changed',
    `${path} is not what its checksum says: it was changed or damaged`,
    {
      hint: 'copy, download or build it again; where it was changed on purpose, remove its line from SHA256SUMS',
    },
  );
}

function unlikeMap(path: string, { from, to }: Extent): FailedError {
  return new FailedError(
    'image-changed',
    `${path} is not what its block map says, between bytes ${from} and ${to}: it was changed or damaged`,
    {
      hint: 'copy, download or build it again; where it was changed on purpose, --no-bmap writes all of it as it is',
    },
  );
}

/** An image whose length is not the one that its block map names. */
function otherLength(path: string, bytes: number, expected: number): FailedError {
  return bytes < expected
    ? new FailedError('truncated-image', `${path} was cut off: ${bytes} of ${expected} bytes are there`, {
        hint: 'copy or download it again, and compare it with SHA256SUMS',
      })
    : new FailedError('image-changed', `${path} has ${bytes} bytes; its block map is for ${expected}`, {
        hint: 'copy image and block map again; --no-bmap writes the whole image without the map',
      });
}

const chunk = 1024 * 1024;

async function checkWhole(
  file: FileHandle,
  path: string,
  expected: string,
  signal: AbortSignal,
): Promise<void> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(chunk);
  for (let at = 0; ; ) {
    if (signal.aborted) throw new InterruptedError();
    const { bytesRead } = await file.read(buffer, 0, chunk, at);
    if (bytesRead === 0) break;
    hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
  if (hash.digest('hex') !== expected) throw changed(path);
}

/** Told by the file where it does; else it is unpacked once for that. */
async function unpackedSize(
  file: FileHandle,
  path: string,
  size: number,
  signal: AbortSignal,
): Promise<number> {
  const ending = extname(path);
  if (ending === '.zst') {
    const start = Buffer.alloc(18);
    await file.read(start, 0, 18, 0);
    const told = zstdUnpackedSize(start);
    if (told !== undefined) return told;
  }
  if (ending === '.xz' && size % 4 === 0) {
    const end = Buffer.alloc(Math.min(size, chunk));
    await file.read(end, 0, end.length, size - end.length);
    return xzUnpackedSize(
      (at, length) => end.subarray(at - size + end.length, at - size + end.length + length),
      size,
    );
  }
  const stream = unpack(path, signal);
  try {
    const buffer = Buffer.allocUnsafe(chunk);
    for (let total = 0; ; ) {
      const got = await stream.read(buffer);
      total += got;
      if (got < chunk) return total;
    }
  } finally {
    await stream.close();
  }
}

/** A file as a stream; gaps are passed over unread. */
function plainStream(file: FileHandle): Stream & { skip(bytes: number): void } {
  let position = 0;
  return {
    async read(into) {
      let done = 0;
      while (done < into.length) {
        const { bytesRead } = await file.read(into, done, into.length - done, position);
        if (bytesRead === 0) break;
        done += bytesRead;
        position += bytesRead;
      }
      return done;
    },
    skip: (bytes) => {
      position += bytes;
    },
    close: () => Promise.resolve(),
  };
}

/** Reads at places that never go back. */
function forwardReader(
  path: string,
  stream: Stream & { skip?(bytes: number): void },
  bytes: number,
): { read(into: Buffer, at: number): Promise<void>; finish(): Promise<void> } {
  let position = 0;
  const next = async (into: Buffer): Promise<void> => {
    const got = await stream.read(into);
    position += got;
    if (got < into.length) {
      throw new FailedError(
        'truncated-image',
        `${path} ends at byte ${position}, but it should have ${bytes}`,
        {
          hint: 'was it changed while it was being read? Copy or download it again',
        },
      );
    }
  };
  const scratch = Buffer.allocUnsafe(chunk);
  const passOver = async (to: number): Promise<void> => {
    if (stream.skip !== undefined && to > position) {
      stream.skip(to - position);
      position = to;
    }
    while (position < to) await next(scratch.subarray(0, Math.min(chunk, to - position)));
  };
  return {
    async read(into, at) {
      if (at < position) throw new Error(`byte ${at} of ${path} has been read already`);
      await passOver(at);
      await next(into);
    },
    async finish() {
      await passOver(bytes);
      if ((await stream.read(scratch.subarray(0, 1))) > 0) {
        throw new FailedError(
          'image-changed',
          `${path} is longer than the ${bytes} bytes that it should have`,
          {
            hint: 'was it changed while it was being read? Copy or download it again',
          },
        );
      }
    },
  };
}
