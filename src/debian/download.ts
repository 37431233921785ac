import { createHash } from 'node:crypto';
import { mkdirSync, renameSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { storageError } from '../store/files.ts';
import { withScratch } from '../sys/scratch.ts';
import { openAddress } from './http.ts';

export interface Download {
  readonly address: string;
  /** Where the file goes when all of it is there and right. */
  readonly blob: string;
  /** Folder for what is half done, on the same file system as `blob`. */
  readonly tmpDir: string;
  /** The most bytes that it may have. */
  readonly most?: { readonly bytes: number; readonly error: () => Error } | undefined;
  /** Throws where what came is not what was to come. */
  readonly check: (got: { readonly size: number; readonly sha256: string }) => void;
  /** Its bytes are on the disk before it has its name: for files whose size is not looked at again. */
  readonly durable?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Told the bytes of each piece that arrives; a negative number takes back those of a try that failed. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/** Downloads a file once; it is there as a whole, with its bytes checked, or not at all. Throws what `openAddress` throws, and `check`. */
export function download(wanted: Download): Promise<void> {
  return withScratch(wanted.tmpDir, async (dir) => {
    const beside = join(dir, 'download');
    const body = await openAddress(wanted.address, wanted.signal);
    const hash = createHash('sha256');
    let size = 0;
    try {
      const file = await open(beside, 'wx');
      try {
        for await (const chunk of body as AsyncIterable<Buffer>) {
          size += chunk.length;
          wanted.onBytes?.(chunk.length);
          if (wanted.most !== undefined && size > wanted.most.bytes) throw wanted.most.error();
          hash.update(chunk);
          await file
            .write(chunk)
            .catch((error: unknown) => Promise.reject(asError(storageError(error, beside))));
        }
        if (wanted.durable === true) await file.sync();
      } finally {
        await file.close();
        body.destroy();
      }
      wanted.check({ size, sha256: hash.digest('hex') });
    } catch (error) {
      wanted.onBytes?.(-size);
      throw error;
    }
    mkdirSync(dirname(wanted.blob), { recursive: true });
    renameSync(beside, wanted.blob);
  });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
