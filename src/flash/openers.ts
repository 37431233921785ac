import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { numberOf } from './device-number.ts';

const accessMode = 3;

/**
 * Other processes that have a device open for writing, such as a virtual machine that runs from it: the kernel lets them in
 * beside us. Only root sees all of them.
 * @param number of the device: `8:16`
 */
export function writersOf(number: string): string[] {
  return entries('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => entries(`/proc/${pid}/fd`).some((fd) => writes(pid, fd, number)))
    .map((pid) => `${nameOf(pid)} (process ${pid})`);
}

function writes(pid: string, fd: string, number: string): boolean {
  try {
    if (!readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith('/dev/')) return false;
    const found = numberOf(statSync(`/proc/${pid}/fd/${fd}`));
    if (!found.isBlock || found.number !== number) return false;
    const flags = /^flags:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8'))?.[1];
    return (Number.parseInt(flags ?? '0', 8) & accessMode) !== 0;
  } catch {
    return false;
  }
}

function nameOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return 'something';
  }
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
