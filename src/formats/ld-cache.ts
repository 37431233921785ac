import { FailedError } from '../base/errors.ts';

/** What the loader of an architecture expects of a library; by Debian's name for the architecture. */
export interface LibraryAbi {
  /** The file's `e_machine`, word size and byte order. */
  readonly machine: number;
  readonly class: 32 | 64;
  readonly littleEndian: boolean;
  /** The cache's flags for its libraries: `FLAG_*` of glibc's sysdeps/generic/ldconfig.h, with FLAG_ELF_LIBC6 (3). */
  readonly flags: number;
  /** Debian's multiarch directory below `/usr/lib`. */
  readonly triplet: string;
}

const little64 = { class: 64, littleEndian: true } as const;
const little32 = { class: 32, littleEndian: true } as const;

export const libraryAbis: Readonly<Record<string, LibraryAbi>> = {
  amd64: { machine: 62, ...little64, flags: 0x0303, triplet: 'x86_64-linux-gnu' },
  arm64: { machine: 183, ...little64, flags: 0x0a03, triplet: 'aarch64-linux-gnu' },
  armhf: { machine: 40, ...little32, flags: 0x0903, triplet: 'arm-linux-gnueabihf' },
  i386: { machine: 3, ...little32, flags: 0x0003, triplet: 'i386-linux-gnu' },
  loong64: { machine: 258, ...little64, flags: 0x1203, triplet: 'loongarch64-linux-gnu' },
  ppc64el: { machine: 21, ...little64, flags: 0x0503, triplet: 'powerpc64le-linux-gnu' },
  riscv64: { machine: 243, ...little64, flags: 0x1003, triplet: 'riscv64-linux-gnu' },
  s390x: { machine: 22, class: 64, littleEndian: false, flags: 0x0403, triplet: 's390x-linux-gnu' },
};

export interface LibraryEntry {
  readonly soname: string;
  /** Absolute path in the image. */
  readonly path: string;
  readonly flags: number;
}

export interface LdCache {
  readonly entries: readonly LibraryEntry[];
  readonly littleEndian: boolean;
  /** Who made it; shown by `ldconfig -p`. */
  readonly generator?: string | undefined;
}

const magic = 'glibc-ld.so.cache1.1';
const headerSize = 48;
const entrySize = 24;
const extensionMagic = 0xeaa42174;
const generatorTag = 0;

/** glibc's `_dl_cache_libcmp`: runs of digits count as numbers, and come after every other character. */
export function compareLibraryNames(a: string, b: string): number {
  const digit = (text: string, at: number): boolean => at < text.length && /\d/.test(text.charAt(at));
  const numberAt = (text: string, at: number): string => /^\d+/.exec(text.slice(at))?.[0] ?? '';
  let i = 0;
  let j = 0;
  while (i < a.length) {
    if (digit(a, i) && digit(b, j)) {
      const [x, y] = [numberAt(a, i), numberAt(b, j)];
      if (Number(x) !== Number(y)) return Number(x) - Number(y);
      i += x.length;
      j += y.length;
    } else if (digit(a, i)) {
      return 1;
    } else if (digit(b, j)) {
      return -1;
    } else if (a[i] !== b[j]) {
      break;
    } else {
      i += 1;
      j += 1;
    }
  }
  return (a.charCodeAt(i) || 0) - (b.charCodeAt(j) || 0);
}

/** ld.so searches by halving: names descend; among equal names, higher flags come first. */
function inOrder(entries: readonly LibraryEntry[]): LibraryEntry[] {
  return [...entries].sort((a, b) => compareLibraryNames(b.soname, a.soname) || b.flags - a.flags);
}

function writer(bytes: Buffer, little: boolean): (value: number, at: number) => void {
  return (value, at) => {
    if (little) bytes.writeUInt32LE(value, at);
    else bytes.writeUInt32BE(value, at);
  };
}

/** Makes `/etc/ld.so.cache` in glibc's new format (elf/cache.c, sysdeps/generic/dl-cache.h). */
export function writeLdCache({ entries, littleEndian, generator }: LdCache): Buffer {
  const sorted = inOrder(entries);
  const stringsAt = headerSize + sorted.length * entrySize;
  const strings: Buffer[] = [];
  let length = 0;
  const pathsAt = sorted.map(({ path, soname }) => {
    if (!path.endsWith(`/${soname}`)) throw new FailedError('bad-library', `${path} is not named ${soname}`);
    const text = Buffer.from(`${path}\0`);
    const at = stringsAt + length;
    strings.push(text);
    length += text.length;
    // The name is the end of the path: it needs no bytes of its own.
    return { value: at, key: at + text.length - 1 - Buffer.byteLength(soname) };
  });
  const generatorBytes = Buffer.from(generator ?? '');
  const extensionAt = generator === undefined ? 0 : Math.ceil((stringsAt + length) / 4) * 4;
  const head = Buffer.alloc(stringsAt);
  const put = writer(head, littleEndian);
  head.write(magic, 'latin1');
  put(sorted.length, 20);
  put(length, 24);
  head[28] = littleEndian ? 2 : 3;
  put(extensionAt, 32);
  sorted.forEach(({ flags }, n) => {
    const at = headerSize + n * entrySize;
    put(flags, at);
    put(pathsAt[n]?.key ?? 0, at + 4);
    put(pathsAt[n]?.value ?? 0, at + 8);
  });
  const body = Buffer.concat([head, ...strings]);
  if (generator === undefined) return body;
  const extension = Buffer.alloc(24);
  const putExtension = writer(extension, littleEndian);
  [extensionMagic, 1, generatorTag, 0, extensionAt + extension.length, generatorBytes.length].forEach(
    (value, n) => putExtension(value, n * 4),
  );
  return Buffer.concat([body, Buffer.alloc(extensionAt - body.length), extension, generatorBytes]);
}

/** Reads a cache in glibc's new format. */
export function readLdCache(bytes: Buffer): LdCache {
  if (bytes.toString('latin1', 0, magic.length) !== magic || bytes.length < headerSize) {
    throw new FailedError('bad-ld-cache', 'this is no ld.so.cache of the format 1.1');
  }
  const littleEndian = bytes[28] !== 3;
  const get = (at: number): number => (littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const text = (at: number): string => bytes.toString('utf8', at, bytes.indexOf(0, at));
  const entries = Array.from({ length: get(20) }, (_, n) => {
    const at = headerSize + n * entrySize;
    return { flags: get(at), soname: text(get(at + 4)), path: text(get(at + 8)) };
  });
  const extension = get(32);
  if (extension === 0 || get(extension) !== extensionMagic) return { entries, littleEndian };
  for (let n = 0; n < get(extension + 4); n += 1) {
    const at = extension + 8 + n * 16;
    if (get(at) !== generatorTag) continue;
    const from = get(at + 8);
    return { entries, littleEndian, generator: bytes.toString('utf8', from, from + get(at + 12)) };
  }
  return { entries, littleEndian };
}
