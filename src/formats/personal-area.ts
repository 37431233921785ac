import { FailedError } from '../base/errors.ts';
import type { PersonalFile } from '../base/personal.ts';
import { formatCopy, longestCopy, newestCopy, unusedMark } from '../base/personal-copy.ts';
import { cpioHeader, cpioPadding, cpioTrailer } from './cpio.ts';
import type { Piece } from './piece.ts';

/** Bytes of the reserved file. */
export const personalAreaBytes = 64 * 1024;

/** Bytes of each of the two files in it: more than is ever written, so that one torn write cannot touch both. */
const copyBytes = 28 * 1024;

/**
 * What stands where there is no text: always the same, and printable characters without any order. Where a disk is kept
 * compressed, a block of it then never becomes larger than it was, whatever settings take its place.
 */
function filler(index: number): Buffer {
  const bytes = Buffer.alloc(copyBytes);
  let state = 0x9e3779b9 + index;
  for (let n = 0; n < copyBytes; n += 1) {
    // xorshift32
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[n] = 33 + ((state >>> 8) % 94);
  }
  bytes.write(unusedMark, 'latin1');
  return bytes;
}

interface Area {
  readonly bytes: Buffer;
  /** Where each copy starts. */
  readonly copies: readonly number[];
}

function build(): Area {
  const parts: Buffer[] = [];
  const copies: number[] = [];
  let at = 0;
  const add = (bytes: Buffer): void => {
    parts.push(bytes);
    at += bytes.length;
  };
  const common = { uid: 0, gid: 0, mtime: 0, origin: 'diskbios' };
  let ino = 1;
  const folder = (path: string, mode: number): void =>
    add(
      cpioHeader({ entry: { ...common, path, type: 'dir', mode }, ino: ino++, nlink: 2, linkTo: undefined }),
    );
  folder('diskbios', 0o755);
  folder('diskbios/personal', 0o700);
  for (const index of [0, 1]) {
    const content = { bytes: filler(index) };
    const path = `diskbios/personal/${index + 1}`;
    const entry = { ...common, path, type: 'file', mode: 0o600, size: copyBytes, content } as const;
    add(cpioHeader({ entry, ino: ino++, nlink: 1, linkTo: undefined }));
    copies.push(at);
    add(content.bytes);
    add(cpioPadding(copyBytes));
  }
  add(cpioTrailer());
  add(Buffer.alloc(personalAreaBytes - at));
  return { bytes: Buffer.concat(parts), copies };
}

let made: Area | undefined;
const area = (): Area => (made ??= build());

/** The reserved file as the builder puts it onto media: a cpio archive with room for two copies of the settings. */
export function emptyPersonalArea(): Buffer {
  return Buffer.from(area().bytes);
}

/** The reserved file with settings, for whoever gives it to the kernel in another way. */
export function personalArea(file: PersonalFile): Buffer {
  const bytes = emptyPersonalArea();
  for (const { at, bytes: piece } of personalChanges(bytes, file).flat()) piece.copy(bytes, at);
  return bytes;
}

/** What a reserved file holds. Throws `FailedError` where it is none. */
export function readPersonalArea(bytes: Buffer): ReturnType<typeof newestCopy> {
  return newestCopy(textsOf(bytes));
}

function textsOf(bytes: Buffer): string[] {
  const { copies, bytes: empty } = area();
  const [first = 0] = copies;
  if (bytes.length !== empty.length || !bytes.subarray(0, first).equals(empty.subarray(0, first))) {
    throw new FailedError('personal-area', 'the place for personal settings is not as diskbios makes it');
  }
  return copies.map((at) => bytes.toString('latin1', at, at + longestCopy));
}

/**
 * What is to be written into a reserved file, in this order, each part on the disk before the next is begun: the new settings
 * beside the old ones, then nothing in the old ones' place. At any instant the old or the new settings are whole.
 * @param file `undefined`: none are to be left; the reserved file is then as it was built
 */
export function personalChanges(
  bytes: Buffer,
  file: PersonalFile | undefined,
): readonly (readonly Piece[])[] {
  const texts = textsOf(bytes);
  const before = newestCopy(texts);
  const current = before !== undefined && 'index' in before ? before : undefined;
  const target = current?.index === 0 ? 1 : 0;
  const pieceAt = (index: number, text: string): Piece => {
    const rest = filler(index).subarray(text.length, longestCopy);
    return { at: area().copies[index] ?? 0, bytes: Buffer.concat([Buffer.from(text, 'latin1'), rest]) };
  };
  const wiped = (index: number): Piece => pieceAt(index, '');
  if (file === undefined) {
    // Two bytes of one sector are there or not.
    const marked = { at: area().copies[1 - target] ?? 0, bytes: Buffer.from(unusedMark, 'latin1') };
    return [[wiped(target)], [marked], [wiped(1 - target)]];
  }
  const text = formatCopy({ sequence: (current?.sequence ?? 0) + 1, file });
  if (text.length > longestCopy) {
    throw new FailedError(
      'personal-too-large',
      `the settings take ${text.length} bytes, and there is room for ${longestCopy}`,
      { hint: 'fewer SSH keys, or in a shorter form such as ed25519' },
    );
  }
  // Where nothing was before, what is torn must still count as nothing: its mark goes last, as it came first.
  const { at, bytes: whole } = pieceAt(target, text);
  const part = (from: number, to?: number): Piece => ({ at: at + from, bytes: whole.subarray(from, to) });
  return [[part(unusedMark.length)], [part(0, unusedMark.length)], [wiped(1 - target)]];
}
