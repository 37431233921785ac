import { existsSync } from 'node:fs';
import type { Monitor } from '../base/events.ts';
import { fetchPackage } from '../debian/fetch.ts';
import type { Mirrors } from '../debian/mirror.ts';
import type { LockedPackage } from '../debian/package.ts';
import type { Store } from '../store/store.ts';
import { semaphore } from './semaphore.ts';

const atOnce = 8;

/**
 * Gives packages' files from the store, downloading each that is not there, once, however many steps ask. The mirror
 * is looked for only when something must be downloaded: a build with a warm store needs none.
 */
export function downloads(
  store: Store,
  findMirrors: () => Mirrors,
  signal: AbortSignal,
  monitor: Monitor,
): (pkg: LockedPackage) => Promise<string> {
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

  return (pkg) => {
    const path = store.blob(pkg.sha256);
    const before = underway.get(pkg.sha256);
    if (before !== undefined) return before;
    const got = existsSync(path) ? Promise.resolve(path) : download(pkg);
    underway.set(pkg.sha256, got);
    return got;
  };
}
