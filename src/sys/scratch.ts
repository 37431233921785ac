import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { dirSync } from 'tmp-promise';

const open = new Set<string>();

/** Runs `work` with a new folder below `parent`; the folder is gone afterwards, whatever happens. */
export async function withScratch<T>(parent: string, work: (dir: string) => Promise<T>): Promise<T> {
  const path = openScratch(parent);
  try {
    return await work(path);
  } finally {
    removeScratch(path);
  }
}

/** Makes a folder that its user removes with `removeScratch`. */
export function openScratch(parent: string): string {
  // The process id lets a later run tell a dead build's folder from a live one's.
  const { name } = dirSync({ tmpdir: parent, prefix: `p${process.pid}`, mode: 0o755 });
  open.add(name);
  return name;
}

export function removeScratch(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 2 });
  open.delete(path);
}

/** Removes every folder still open: the last act of a process that was interrupted. */
export function removeAllScratch(): void {
  for (const path of [...open]) removeScratch(path);
}

/** Whether there is a process with this id. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Removes folders below `parent` whose process is gone (killed, or the machine lost power). */
export function removeDeadScratch(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = /^p(\d+)-/.exec(name)?.[1];
    if (pid === undefined || !isAlive(Number(pid))) {
      rmSync(join(parent, name), { recursive: true, force: true });
    }
  }
}
