import { closeSync, openSync, readSync } from 'node:fs';

/** What a guest asked of a disk. */
export type DiskRequest =
  | {
      readonly kind: 'write';
      readonly at: number;
      readonly length: number;
      readonly data: number;
      readonly fua: boolean;
    }
  /** All writes answered before it are on the disk. */
  | { readonly kind: 'flush' }
  /** The guest no longer wants these bytes; what is read there afterwards is anything. */
  | { readonly kind: 'discard'; readonly at: number; readonly length: number };

const magic = 0x6a736677736872n;
const flags = { flush: 1n, fua: 2n, discard: 4n };
/** Sectors of the log, and the unit that requests are counted in. */
export const sectorSize = 512;

/**
 * The requests in a log of QEMU's driver `blklogwrites`, in the order of their completion. Offsets `at` are bytes of the disk, `data` is
 * where their content begins in the log file. The format is that of Linux' dm-log-writes (drivers/md/dm-log-writes.c). The log
 * ends where there is nothing but zeros: its file may be larger, and QEMU may still be writing. Throws where it is no log.
 */
export function readWriteLog(file: string): readonly DiskRequest[] {
  const fd = openSync(file, 'r');
  try {
    const sector = Buffer.alloc(sectorSize);
    const read = (at: number): boolean => readSync(fd, sector, 0, sectorSize, at) === sectorSize;
    // QEMU writes the head at the first flush.
    const head = read(0) ? sector.readBigUInt64LE(0) : 0n;
    if (head !== 0n && (head !== magic || sector.readUInt32LE(24) !== sectorSize))
      throw new Error(`${file} is no log of writes with sectors of ${sectorSize} bytes`);
    const requests: DiskRequest[] = [];
    for (let position = sectorSize; read(position); ) {
      const [first, count, flag] = [0, 8, 16].map((at) => sector.readBigUInt64LE(at)) as [
        bigint,
        bigint,
        bigint,
      ];
      if (count === 0n && flag === 0n) break;
      position += sectorSize;
      const at = Number(first) * sectorSize;
      const length = Number(count) * sectorSize;
      if ((flag & flags.flush) !== 0n) requests.push({ kind: 'flush' });
      if ((flag & flags.discard) !== 0n) requests.push({ kind: 'discard', at, length });
      else if (length > 0) {
        requests.push({ kind: 'write', at, length, data: position, fua: (flag & flags.fua) !== 0n });
        position += length;
      }
    }
    return requests;
  } finally {
    closeSync(fd);
  }
}
