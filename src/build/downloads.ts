import { existsSync } from 'node:fs';
import type { Monitor } from '../base/events.ts';
import { fetchPackage } from '../debian/fetch.ts';
import { type Archive, fetchArchive } from '../debian/fetch-archive.ts';
import type { Mirrors } from '../debian/mirror.ts';
import type { LockedPackage } from '../debian/package.ts';
import type { Store } from '../store/store.ts';
import { semaphore } from './semaphore.ts';

const atOnce = 8;

/** What gives the files of packages and of archives. */
export interface Downloads {
  readonly fetch: (pkg: LockedPackage) => Promise<string>;
  readonly fetchArchive: (archive: Archive) => Promise<string>;
}

/**
 * Gives packages' files from the store, downloading each that is not there, once, however many steps ask. The mirror
 * is looked for only when something must be downloaded: a build with a warm store needs none.
 */
export function downloads(
  store: Store,
  findMirrors: () => Mirrors,
  signal: AbortSignal,
  monitor: Monitor,
): Downloads {
  const slots = semaphore(atOnce);
  const underway = new Map<string, Promise<string>>();
  const sums = { bytes: 0, total: 0, finished: 0, asked: 0 };
  let mirrors: Mirrors | undefined;

  const download = async (pkg: LockedPackage): Promise<string> => {
    mirrors ??= findMirrors();
    sums.total += pkg.size;
    sums.asked += 1;
    const tell = (): void => monitor({ type: 'download', name: pkg.name, ...sums });
    const options = {
      mirrors,
      blobPath: store.blob,
      tmpDir: store.tmp,
      signal,
      onBytes: (bytes: number) => {
        sums.bytes += bytes;
        tell();
      },
    };
    const path = await slots(() => fetchPackage(pkg, options), pkg.size);
    sums.finished += 1;
    tell();
    return path;
  };

  const once = (sha256: string, get: () => Promise<string>): Promise<string> => {
    const before = underway.get(sha256);
    if (before !== undefined) return before;
    const path = store.blob(sha256);
    const got = existsSync(path) ? Promise.resolve(path) : get();
    underway.set(sha256, got);
    return got;
  };

  const archive = async (item: Archive): Promise<string> => {
    const onBytes = (bytes: number): void => {
      sums.bytes += bytes;
      sums.total += bytes;
      monitor({ type: 'download', name: item.name, ...sums });
    };
    const options = { blobPath: store.blob, tmpDir: store.tmp, signal, onBytes };
    return slots(() => fetchArchive(item, options));
  };

  return {
    fetch: (pkg) => once(pkg.sha256, () => download(pkg)),
    fetchArchive: (item) => once(item.sha256, () => archive(item)),
  };
}
