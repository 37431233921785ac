import { FailedError } from '../base/errors.ts';

/** What is needed to know of an ELF file (System V ABI, chapters 4 and 5; elf(5)). */
export interface Elf {
  readonly class: 32 | 64;
  readonly littleEndian: boolean;
  /** `e_machine`: 62 x86-64, 183 AArch64, 40 ARM … */
  readonly machine: number;
  readonly type: 'relocatable' | 'executable' | 'shared' | 'other';
  /** A shared object that is a program (position independent executable), not a library. */
  readonly pie: boolean;
  /** The loader it asks for: `/lib64/ld-linux-x86-64.so.2`; `undefined` where it needs none. */
  readonly interpreter: string | undefined;
  readonly soname: string | undefined;
  readonly needed: readonly string[];
}

const types = ['other', 'relocatable', 'executable', 'shared'] as const;
const segment = { load: 1, dynamic: 2, interp: 3 };
const tag = { null: 0, needed: 1, strtab: 5, soname: 14, flags1: 0x6ffffffb };
const pieFlag = 0x08000000;

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

/** Reads numbers in the file's own byte order and word size. */
interface Reader {
  readonly half: (at: number) => number;
  readonly word: (at: number) => number;
  /** An address or offset: 4 bytes in class 32, 8 in class 64. */
  readonly xword: (at: number) => number;
  readonly is64: boolean;
  readonly size: number;
}

function readerOf(bytes: Uint8Array): Reader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = bytes[5] === 1;
  const is64 = bytes[4] === 2;
  const word = (at: number): number => view.getUint32(at, little);
  return {
    half: (at) => view.getUint16(at, little),
    word,
    xword: is64 ? (at) => Number(view.getBigUint64(at, little)) : word,
    is64,
    size: bytes.byteLength,
  };
}

function segmentsOf({ half, word, xword, is64 }: Reader): Segment[] {
  const table = xword(is64 ? 32 : 28);
  const entrySize = half(is64 ? 54 : 42);
  const count = half(is64 ? 56 : 44);
  return Array.from({ length: count }, (_, n) => {
    const at = table + n * entrySize;
    return is64
      ? { type: word(at), offset: xword(at + 8), address: xword(at + 16), size: xword(at + 32) }
      : { type: word(at), offset: word(at + 4), address: word(at + 8), size: word(at + 16) };
  });
}

function* dynamicTags(
  { xword, is64, size }: Reader,
  dynamic: Segment,
): Generator<[tag: number, value: number]> {
  const step = is64 ? 16 : 8;
  const end = Math.min(dynamic.offset + dynamic.size, size);
  for (let at = dynamic.offset; at + step <= end; at += step) {
    const name = xword(at);
    if (name === tag.null) return;
    yield [name, xword(at + step / 2)];
  }
}

/** Whether bytes start as an ELF file. */
export function isElf(bytes: Uint8Array): boolean {
  return bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
}

/** Reads headers and the dynamic section; `undefined` where the bytes are no ELF file. Throws where they are damaged. */
export function parseElf(bytes: Uint8Array): Elf | undefined {
  if (!isElf(bytes)) return undefined;
  try {
    return parse(bytes);
  } catch (cause) {
    throw new FailedError('bad-elf', 'an ELF file is cut short or damaged', { cause });
  }
}

function parse(bytes: Uint8Array): Elf {
  const reader = readerOf(bytes);
  const segments = segmentsOf(reader);
  const textAt = (at: number): string => {
    const end = bytes.indexOf(0, at);
    return Buffer.from(bytes.subarray(at, end < 0 ? undefined : end)).toString('utf8');
  };
  const dynamic = segments.find(({ type }) => type === segment.dynamic);
  const tags = dynamic === undefined ? [] : [...dynamicTags(reader, dynamic)];
  const valueOf = (wanted: number): number | undefined => tags.find(([name]) => name === wanted)?.[1];
  const stringsAddress = valueOf(tag.strtab) ?? 0;
  const holder = segments.find(
    ({ type, address, size }) =>
      type === segment.load && stringsAddress >= address && stringsAddress < address + size,
  );
  const strings = stringsAddress - (holder?.address ?? 0) + (holder?.offset ?? 0);
  const soname = valueOf(tag.soname);
  const interp = segments.find(({ type }) => type === segment.interp);
  return {
    class: reader.is64 ? 64 : 32,
    littleEndian: bytes[5] === 1,
    machine: reader.half(18),
    type: types[reader.half(16)] ?? 'other',
    pie: ((valueOf(tag.flags1) ?? 0) & pieFlag) !== 0,
    interpreter: interp === undefined ? undefined : textAt(interp.offset),
    soname: soname === undefined ? undefined : textAt(strings + soname),
    needed: tags.filter(([name]) => name === tag.needed).map(([, value]) => textAt(strings + value)),
  };
}
