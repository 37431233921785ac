/** How a stream is packed, from its first bytes. */
export type Compression = 'none' | 'gzip' | 'xz' | 'zstd' | 'bzip2';

/** Bytes that are needed to tell. */
export const sniffLength = 512;

const magics: readonly (readonly [Compression, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['bzip2', [0x42, 0x5a, 0x68]],
];

/** `undefined`: neither one of these nor a tar archive. */
export function compressionOf(head: Uint8Array): Compression | undefined {
  for (const [name, magic] of magics) if (magic.every((byte, i) => head[i] === byte)) return name;
  // zstd begins with a frame that is skipped where something was put before it.
  if (((head[0] ?? 0) & 0xf0) === 0x50 && [0x2a, 0x4d, 0x18].every((byte, i) => head[i + 1] === byte))
    return 'zstd';
  return isTar(head) ? 'none' : undefined;
}

/** By the checksum of its first header, which old archives have too. An archive of nothing is a block of zeros. */
function isTar(head: Uint8Array): boolean {
  if (head.length < 512) return false;
  const block = head.subarray(0, 512);
  if (block.every((byte) => byte === 0)) return true;
  const said = Number.parseInt(String.fromCharCode(...block.subarray(148, 156)).trim(), 8);
  const sum = block.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
  return said === sum;
}

/** What a file is to be packed as, by the ending of its name. */
export function compressionFor(file: string): Compression {
  if (/\.(gz|tgz)$/.test(file)) return 'gzip';
  if (/\.(zst|tzst)$/.test(file)) return 'zstd';
  if (/\.(xz|txz)$/.test(file)) return 'xz';
  return 'none';
}
