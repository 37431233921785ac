import { FailedError } from '../../base/errors.ts';
import type { Piece } from '../piece.ts';
import type { ReadAt } from '../read-at.ts';

/** A disk as a virtual machine sees it. */
export interface VirtualDisk {
  /** qemu-img's name of the format. */
  readonly format: string;
  readonly bytes: number;
  readonly read: ReadAt;
  /**
   * What has to be written to the file so that these bytes of the disk change. Throws `FailedError` (`not-in-place`) where
   * that would take more than writing over what is there.
   */
  readonly change: (at: number, bytes: Buffer) => Piece[];
}

/** Where the bytes of a block are. `shared`: a snapshot has them too. `repack`: writes over bytes that are kept packed. */
export type Block =
  | { readonly at: number; readonly shared?: boolean }
  | { readonly bytes: Buffer; readonly repack?: (bytes: Buffer) => Piece[] | undefined }
  | 'zeros';

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

/** Changes bytes of a disk whose blocks lie anywhere in its file. */
export function blockWriter(block: number, blockAt: (index: number) => Block): VirtualDisk['change'] {
  return (at, bytes) => {
    const pieces: Piece[] = [];
    for (let done = 0; done < bytes.length; ) {
      const within = (at + done) % block;
      const part = bytes.subarray(done, done + block - within);
      pieces.push(...overwritten(blockAt(Math.floor((at + done) / block)), within, part));
      done += part.length;
    }
    return pieces;
  };
}

function overwritten(place: Block, within: number, part: Buffer): readonly Piece[] {
  if (place === 'zeros') throw notInPlace('nothing is stored there yet');
  if ('at' in place) {
    if (place.shared === true) throw notInPlace('it belongs to a snapshot, too');
    return [{ at: place.at + within, bytes: part }];
  }
  const whole = Buffer.from(place.bytes);
  part.copy(whole, within);
  const packed = place.repack?.(whole);
  if (packed === undefined) throw notInPlace('it is kept compressed');
  return packed;
}

function notInPlace(why: string): FailedError {
  return new FailedError('not-in-place', `this part of the disk cannot be written over: ${why}`, {
    hint: 'make it a plain disk first: qemu-img convert -O raw IMAGE disk.img',
  });
}
