import { decode } from '../../../../base/decode.ts';
import { toUtf8 } from '../../utf8.ts';

/**
 * The two ends of a backup. It is a tar archive compressed with zstd that every tar and zstd can read; its first member is the
 * manifest, in a frame of its own that is not compressed, so that it can be read without unpacking anything; and behind the last frame
 * is one that zstd skips, with the SHA-256 of all bytes before it. Formats: RFC 8878, POSIX.1-2001 (ustar).
 */
export const manifestName = 'diskbios-backup.json';

const zstdMagic = [0x28, 0xb5, 0x2f, 0xfd];
/** One segment of known size in four bytes, no checksum. */
const singleSegment = 0xa0;
/** Blocks hold at most 128 KiB. */
const mostInBlock = 128 * 1024 - 1024;
const headerSize = 4 + 1 + 4 + 3;
/** Bytes that tell how long the first frame is. */
export const openingSize = headerSize;

const littleEndian = (value: number, bytes: number): number[] =>
  Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) % 256);

const number = (bytes: Uint8Array, at: number, length: number): number =>
  Array.from({ length }, (_, i) => (bytes[at + i] ?? 0) * 256 ** i).reduce((sum, one) => sum + one, 0);

const starts = (bytes: Uint8Array, with_: readonly number[]): boolean =>
  with_.every((byte, i) => bytes[i] === byte);

/** The header of a plain file in a tar archive, owned by root. */
function tarHeader(name: string, size: number, mtime: number): Uint8Array {
  const header = new Uint8Array(512);
  const put = (at: number, text: string): void => {
    header.set(toUtf8(text), at);
  };
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');
  put(0, name);
  put(100, `${octal(0o600, 7)}\0`);
  put(108, `${octal(0, 7)}\0`);
  put(116, `${octal(0, 7)}\0`);
  put(124, `${octal(size, 11)}\0`);
  put(136, `${octal(Math.floor(mtime / 1000), 11)}\0`);
  put(148, ' '.repeat(8));
  put(156, '0');
  put(257, 'ustar\x0000');
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(148, `${octal(sum, 6)}\0 `);
  return header;
}

/** The first frame. Throws where the text is longer than a manifest can be (some 120 KB). */
export function openingFrame(manifest: string, mtime: number): Uint8Array<ArrayBuffer> {
  const text = toUtf8(manifest);
  if (text.length > mostInBlock) throw new Error('the manifest of a backup is too long');
  const size = 512 + Math.ceil(text.length / 512) * 512;
  const frame = new Uint8Array(headerSize + size);
  frame.set([...zstdMagic, singleSegment, ...littleEndian(size, 4), ...littleEndian(size * 8 + 1, 3)]);
  frame.set(tarHeader(manifestName, text.length, mtime), headerSize);
  frame.set(text, headerSize + 512);
  return frame;
}

/** Length of the first frame, from its first `openingSize` bytes; `undefined`: it is not the beginning of a backup. */
export function openingLength(bytes: Uint8Array): number | undefined {
  if (bytes.length < headerSize || !starts(bytes, [...zstdMagic, singleSegment])) return undefined;
  const size = number(bytes, 5, 4);
  const block = number(bytes, 9, 3);
  return block === size * 8 + 1 && size >= 1024 && size <= 128 * 1024 ? headerSize + size : undefined;
}

/** The text of the manifest in a first frame; `undefined`: it is none. */
export function manifestIn(frame: Uint8Array): string | undefined {
  const length = openingLength(frame);
  const tar = frame.subarray(headerSize);
  if (length === undefined || frame.length < length) return undefined;
  const name = decode([...tar.subarray(0, manifestName.length + 1)]);
  if (name !== `${manifestName}\0`) return undefined;
  const size = Number.parseInt(decode([...tar.subarray(124, 135)]), 8);
  return size <= tar.length - 512 ? decode([...tar.subarray(512, 512 + size)]) : undefined;
}

const skippableMagic = [0x5b, 0x2a, 0x4d, 0x18];
const trailerText = (sha256: string, bytes: number): string =>
  `diskbios-backup sha256=${sha256} bytes=${String(bytes).padStart(16, '0')}\n`;
const textLength = trailerText('0'.repeat(64), 0).length;
export const trailerSize = 8 + textLength;

export interface Trailer {
  readonly sha256: string;
  readonly bytes: number;
}

/** The last frame. */
export function trailer({ sha256, bytes }: Trailer): Uint8Array<ArrayBuffer> {
  const text = toUtf8(trailerText(sha256, bytes));
  return Uint8Array.from([...skippableMagic, ...littleEndian(text.length, 4), ...text]);
}

/** What the last frame says; `undefined` where these bytes are none: the archive is cut off. */
export function parseTrailer(bytes: Uint8Array): Trailer | undefined {
  if (bytes.length !== trailerSize || !starts(bytes, [...skippableMagic, ...littleEndian(textLength, 4)]))
    return undefined;
  const found = /^diskbios-backup sha256=([0-9a-f]{64}) bytes=(\d{16})\n$/.exec(
    decode([...bytes.subarray(8)]),
  );
  return found === null ? undefined : { sha256: found[1] ?? '', bytes: Number(found[2]) };
}
