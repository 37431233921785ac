import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { findProgram } from '../../../src/sys/run.ts';

/** Why there are no loop devices here; `undefined`: there are, tried with one. */
export const noLoops = ((): string | undefined => {
  if (process.getuid?.() !== 0) return 'only root may set up loop devices';
  if (findProgram('losetup') === undefined) return 'there is no losetup';
  const dir = mkdtempSync(join(tmpdir(), 'diskbios-loops-'));
  try {
    const file = sparse(join(dir, 'disk'), 2 ** 20);
    const path = execFileSync('losetup', ['--find', '--show', file], { stdio: 'pipe' }).toString().trim();
    execFileSync('losetup', ['--detach', path], { stdio: 'pipe' });
    execFileSync('mount', ['-t', 'tmpfs', 'none', dir], { stdio: 'pipe' });
    execFileSync('umount', [dir], { stdio: 'pipe' });
    return undefined;
  } catch {
    return 'the kernel gives no loop devices, or no mounts';
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
})();

/** Shows a file as a device as long as the test runs; gives the device's path. */
export function loop(file: string, ...options: string[]): string {
  const path = execFileSync('losetup', ['--find', '--show', ...options, file])
    .toString()
    .trim();
  onTestFinished(() => void execFileSync('losetup', ['--detach', path]));
  return path;
}

/** A sparse file. */
export function sparse(path: string, bytes: number): string {
  const fd = openSync(path, 'w');
  ftruncateSync(fd, bytes);
  closeSync(fd);
  return path;
}

/** A file system in memory of this size, as long as the test runs; gives its folder. */
export function smallDisk(dir: string, bytes: number): string {
  const at = join(dir, 'small');
  mkdirSync(at);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'none', at]);
  onTestFinished(() => void execFileSync('umount', [at]));
  return at;
}
