import { statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { FailedError, InterruptedError } from '../base/errors.ts';
import { download } from './download.ts';
import { addressesOf } from './fetch-addresses.ts';
import {
  contentError,
  downloadError,
  isNotThere,
  isTransient,
  TruncatedError,
  vanishedError,
} from './fetch-errors.ts';
import type { Mirrors } from './mirror.ts';
import type { LockedPackage } from './package.ts';

export interface FetchOptions {
  readonly mirrors: Mirrors;
  /** Where a package with this SHA-256 is kept. */
  readonly blobPath: (sha256: string) => string;
  /** Folder for half-done downloads, on the same file system as the blobs. */
  readonly tmpDir: string;
  readonly signal?: AbortSignal | undefined;
  /** Told the bytes of each piece that arrives; a negative number takes back those of a try that failed. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
  /** Milliseconds before the second try, doubled before each further one. */
  readonly retryMs?: number | undefined;
}

const tries = 4;

/** Gives the file of a package: from the store, else its mirror, else the snapshot mirror. Its bytes are those of the lock. */
export async function fetchPackage(item: LockedPackage, options: FetchOptions): Promise<string> {
  const blob = options.blobPath(item.sha256);
  if (sizeOf(blob) === item.size) return blob;
  const addresses = addressesOf(item, options.mirrors);
  for (const address of addresses) {
    if (await downloadPatiently(item, address, blob, options)) return blob;
  }
  throw vanishedError(item, addresses, options.mirrors.snapshot !== undefined);
}

/** Fetches many packages, the biggest first, so that none is left to be waited for alone. Gives their files in order. */
export async function fetchPackages(
  items: readonly LockedPackage[],
  options: FetchOptions,
): Promise<string[]> {
  const paths = new Map<string, Promise<string>>();
  for (const item of [...items].sort((a, b) => b.size - a.size)) {
    if (!paths.has(item.sha256)) paths.set(item.sha256, fetchPackage(item, options));
  }
  await Promise.all(paths.values());
  return Promise.all(items.map(async (item) => (await paths.get(item.sha256)) ?? ''));
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}

/** Downloads with further tries on errors that pass; `false` where the address has no such file. */
async function downloadPatiently(
  item: LockedPackage,
  address: string,
  blob: string,
  options: FetchOptions,
): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await download({
        ...{ address, blob, tmpDir: options.tmpDir, signal: options.signal, onBytes: options.onBytes },
        most: { bytes: item.size, error: () => contentError(item, address, { moreThan: item.size }) },
        check({ size, sha256 }) {
          if (size < item.size) throw new TruncatedError(`${size} of ${item.size} bytes`);
          if (sha256 !== item.sha256) throw contentError(item, address, { sha256 });
        },
      });
      return true;
    } catch (error) {
      if (options.signal?.aborted === true) throw new InterruptedError();
      if (isNotThere(error)) return false;
      if (error instanceof FailedError) throw error;
      if (!isTransient(error) || attempt === tries) throw downloadError(item, address, error);
    }
    await pause((options.retryMs ?? 250) * 2 ** (attempt - 1), undefined, { signal: options.signal }).catch(
      () => {
        throw new InterruptedError();
      },
    );
  }
}
