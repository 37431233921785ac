/** Writes from a place of a buffer on without waiting: bytes taken, or `later` where there is no room, or `failed`. */
export type WriteNow = (bytes: Uint8Array<ArrayBuffer>, from: number) => number | 'later' | 'failed';

export interface SendQueue {
  readonly push: (bytes: Uint8Array<ArrayBuffer>) => void;
  /** Writes as much as there is room for. True: something is left, to be tried when there is room again. */
  readonly flush: (write: WriteNow) => boolean;
  /** Bytes that wait. */
  readonly size: () => number;
  readonly clear: () => void;
}

/** What waits to be written to a device that takes a part of it, or nothing for now. */
export function createSendQueue(): SendQueue {
  let waiting: Uint8Array<ArrayBuffer>[] = [];
  /** Bytes of the first that have been written. */
  let done = 0;
  let size = 0;
  return {
    push(bytes) {
      waiting.push(bytes);
      size += bytes.length;
    },
    flush(write) {
      for (;;) {
        const first = waiting[0];
        if (first === undefined) return false;
        const wrote = write(first, done);
        if (wrote === 'failed') return false;
        if (wrote === 'later' || wrote === 0) return true;
        done += wrote;
        size -= wrote;
        if (done < first.length) continue;
        waiting.shift();
        done = 0;
      }
    },
    size: () => size,
    clear() {
      waiting = [];
      done = 0;
      size = 0;
    },
  };
}
