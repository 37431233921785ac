import * as zlib from 'node:zlib';
import { UserError } from '../base/errors.ts';
import { indexTar } from '../formats/tar-index.ts';
import type { Entry } from '../formats/tree.ts';

/** How an archive is packed. */
export type Packing = 'plain' | 'gzip' | 'zstd';

const magics: readonly (readonly [Packing, number, Buffer])[] = [
  ['gzip', 0, Buffer.from([0x1f, 0x8b])],
  ['zstd', 0, Buffer.from([0x28, 0xb5, 0x2f, 0xfd])],
  ['plain', 257, Buffer.from('ustar')],
];

/** How many bytes of a file tell how it is packed. */
export const packingHead = 512;

/** What an archive's first bytes say; `undefined`: it is none that is known. */
export function packingOf(head: Buffer): Packing | undefined {
  return magics.find(([, at, magic]) => head.subarray(at, at + magic.length).equals(magic))?.[0];
}

/** The bytes of an archive. Throws `UserError` where this Node cannot unpack it. */
export function unpackBytes(bytes: Buffer, path: string): Buffer {
  const packing = packingOf(bytes);
  if (packing === 'gzip') return zlib.gunzipSync(bytes);
  if (packing !== 'zstd') return bytes;
  // Node has zstd from 22.15 on.
  const unpack: unknown = Reflect.get(zlib, 'zstdDecompressSync');
  if (typeof unpack === 'function') return (unpack as (input: Buffer) => Buffer)(bytes);
  throw new UserError({
    code: 'packed-image',
    message: `${path} is packed by zstd, which this Node cannot unpack`,
    expected: 'Node 22.15 or later, or an archive that is unpacked or packed by gzip',
    hint: 'zstd -d unpacks it',
  });
}

/** The entries of a tar in memory, as they are written in it. */
export function entriesOf(tar: Buffer, origin: string): Entry[] {
  const read = (offset: number, length: number): Buffer => tar.subarray(offset, offset + length);
  return indexTar({ file: origin, read, origin, asWritten: true });
}
