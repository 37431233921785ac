import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, withScratch } from '../sys/scratch.ts';

/**
 * Runs `work` in the folder `<parent>/<name>`, which keeps apt's lists for the next time. Where another process is in
 * it, `work` gets a new folder in `tmpDir` instead of waiting: that costs a download of the lists, and never hangs.
 */
export async function withAptDir<T>(
  parent: string,
  name: string,
  tmpDir: string,
  work: (dir: string) => Promise<T>,
): Promise<T> {
  const dir = join(parent, name);
  mkdirSync(dir, { recursive: true });
  const lock = join(dir, 'in-use');
  if (!take(lock)) return withScratch(tmpDir, work);
  try {
    return await work(dir);
  } finally {
    rmSync(lock, { force: true });
  }
}

/** Takes the lock file; one left by a process that is no more is taken over. */
function take(lock: string): boolean {
  if (create(lock)) return true;
  const owner = readOwner(lock);
  if (owner !== undefined && isAlive(owner)) return false;
  const aside = `${lock}.${process.pid}`;
  try {
    renameSync(lock, aside);
  } catch {
    return false;
  }
  // Had another process been quicker, this would be its lock.
  const same = readOwner(aside) === owner;
  if (same) rmSync(aside);
  else renameSync(aside, lock);
  return same && create(lock);
}

function create(lock: string): boolean {
  const mine = `${lock}-${process.pid}`;
  writeFileSync(mine, `${process.pid}\n`);
  try {
    // A link appears with its content, so that a lock without an owner is never seen.
    linkSync(mine, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(mine, { force: true });
  }
}

function readOwner(lock: string): number | undefined {
  try {
    const pid = Number(readFileSync(lock, 'utf8'));
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}
