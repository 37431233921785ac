import type { ReadAt } from '../read-at.ts';

/** A disk as a virtual machine sees it. */
export interface VirtualDisk {
  /** qemu-img's name of the format. */
  readonly format: string;
  readonly bytes: number;
  readonly read: ReadAt;
}

/** Where the bytes of a block are. */
export type Block = { readonly at: number } | { readonly bytes: Buffer } | 'zeros';

/** Reads a disk whose blocks lie anywhere in its file. */
export function blockReader(
  file: ReadAt,
  disk: { readonly bytes: number; readonly block: number },
  blockAt: (index: number) => Block,
): ReadAt {
  const { bytes, block } = disk;
  return (offset, length) => {
    const out = Buffer.alloc(Math.max(0, Math.min(length, bytes - offset)));
    for (let done = 0; done < out.length; ) {
      const within = (offset + done) % block;
      const count = Math.min(block - within, out.length - done);
      const place = blockAt(Math.floor((offset + done) / block));
      if (place !== 'zeros') {
        const part =
          'bytes' in place ? place.bytes.subarray(within, within + count) : file(place.at + within, count);
        part.copy(out, done);
      }
      done += count;
    }
    return out;
  };
}
