import * as zlib from 'node:zlib';
import { type CpioRecord, readCpio } from '../formats/cpio.ts';

export interface InitrdFile {
  readonly path: string;
  readonly size: number;
}

/** One archive of an initrd; the kernel unpacks them one after another. */
export interface InitrdSegment {
  readonly offset: number;
  readonly bytes: number;
  readonly compression: string;
  /** `undefined` where Node cannot unpack it. */
  readonly files: readonly InitrdFile[] | undefined;
}

const magics: readonly (readonly [string, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['lz4', [0x02, 0x21, 0x4c, 0x18]],
  ['lzma', [0x5d, 0x00, 0x00]],
  ['bzip2', [0x42, 0x5a, 0x68]],
];

function compressionAt(initrd: Buffer, offset: number): string {
  const found = magics.find(([, magic]) => magic.every((byte, i) => initrd[offset + i] === byte));
  return found?.[0] ?? 'unknown';
}

function unpack(compression: string, bytes: Buffer): Buffer | undefined {
  if (compression === 'gzip') return zlib.gunzipSync(bytes);
  // Node has zstd from 22.15 on.
  const zstd: unknown = Reflect.get(zlib, 'zstdDecompressSync');
  if (compression !== 'zstd' || typeof zstd !== 'function') return undefined;
  return (zstd as (input: Buffer) => Buffer)(bytes);
}

function filesOf(records: readonly CpioRecord[]): InitrdFile[] {
  return records.flatMap(({ entry, linkTo }) =>
    entry.type === 'file' ? [{ path: entry.path, size: linkTo === undefined ? entry.size : 0 }] : [],
  );
}

/** Takes an initrd apart. What cannot be read is named, never an error: the image may be somebody else's. */
export function initrdSegments(initrd: Buffer): InitrdSegment[] {
  const segments: InitrdSegment[] = [];
  let at = 0;
  while (at < initrd.length) {
    if (initrd[at] === 0) {
      at += 1;
      continue;
    }
    if (initrd.toString('latin1', at, at + 6) === '070701') {
      try {
        const { records, end } = readCpio(initrd, at);
        segments.push({ offset: at, bytes: end - at, compression: 'none', files: filesOf(records) });
        at = end;
        continue;
      } catch {
        segments.push({ offset: at, bytes: initrd.length - at, compression: 'none', files: undefined });
        break;
      }
    }
    // Where a compressed segment ends, only its decompressor knows; it is the last one here.
    const compression = compressionAt(initrd, at);
    segments.push({
      offset: at,
      bytes: initrd.length - at,
      compression,
      files: compressedFiles(compression, initrd.subarray(at)),
    });
    break;
  }
  return segments;
}

function compressedFiles(compression: string, bytes: Buffer): InitrdFile[] | undefined {
  try {
    const plain = unpack(compression, bytes);
    return plain === undefined ? undefined : filesOf(readCpio(plain).records);
  } catch {
    return undefined;
  }
}
