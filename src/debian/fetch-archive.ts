import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { FailedError, InterruptedError } from '../base/errors.ts';
import { download } from './download.ts';
import { downloadError, isNotThere, isTransient } from './fetch-errors.ts';

/** A file that a recipe pins by its SHA-256. */
export interface Archive {
  /** For messages. */
  readonly name: string;
  /** An address (http, https, file) or an absolute path. */
  readonly url: string;
  readonly sha256: string;
}

export interface FetchArchiveOptions {
  readonly blobPath: (sha256: string) => string;
  /** On the same file system as the blobs. */
  readonly tmpDir: string;
  readonly signal: AbortSignal;
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

const tries = 3;

/** Gives the file of an archive, its bytes checked: one on this machine where it lies, any other from the store. */
export async function fetchArchive(archive: Archive, options: FetchArchiveOptions): Promise<string> {
  const path = pathOf(archive.url);
  if (path !== undefined) {
    await checkFile(archive, path, options.signal);
    return path;
  }
  const blob = options.blobPath(archive.sha256);
  for (let attempt = 1; !existsSync(blob); attempt += 1) {
    try {
      await download({
        ...options,
        ...{ address: archive.url, blob, durable: true },
        check: ({ sha256 }) => {
          refuseOther(archive, sha256);
        },
      });
    } catch (error) {
      if (options.signal.aborted) throw new InterruptedError();
      if (error instanceof FailedError) throw error;
      if (isNotThere(error))
        throw new FailedError('archive-vanished', `there is no ${archive.name} at ${archive.url}`);
      if (!isTransient(error) || attempt === tries)
        throw downloadError({ name: archive.name, version: '' }, archive.url, error);
    }
  }
  return blob;
}

function pathOf(url: string): string | undefined {
  if (url.startsWith('/')) return url;
  return /^file:\/\//i.test(url) ? fileURLToPath(url) : undefined;
}

async function checkFile(archive: Archive, path: string, signal: AbortSignal): Promise<void> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash, { signal });
  } catch (error) {
    if (signal.aborted) throw new InterruptedError();
    throw new FailedError('missing-file', `${path} cannot be read`, { cause: error });
  }
  refuseOther(archive, hash.digest('hex'));
}

function refuseOther({ name, url, sha256 }: Archive, got: string): void {
  if (got === sha256) return;
  throw new FailedError(
    'wrong-hash',
    `${name} from ${url} has SHA-256\n  ${got}, the recipe says\n  ${sha256}`,
    { hint: 'where the archive is the right one, write its SHA-256 into the recipe; else do not trust it' },
  );
}
