import { crc32 } from '../../../base/crc.ts';
import { toUtf8 } from '../utf8.ts';

/** Project ids below are left to people who use project quotas themselves. */
const firstProject = 0x1_0000;

/** Number by which the file system counts what a system fills; it follows from the name, and a tree that has another one is told. */
export const projectOf = (name: string): number => firstProject + (crc32(toUtf8(name)) & 0x3fff_ffff);

/** Arguments of `setquota` that set a hard limit on blocks; `undefined` takes it away. Its unit is 1 KiB. */
export function quotaWords(name: string, bytes: number | undefined, mountPoint: string): string[] {
  const blocks = bytes === undefined ? 0 : Math.max(1, Math.floor(bytes / 1024));
  return ['-P', String(projectOf(name)), '0', String(blocks), '0', '0', mountPoint];
}

/** The project of a folder, from what `lsattr -pd` says: `65537 --------------e----P-- /hd/web/delta`. */
export function projectIn(said: string): number | undefined {
  const [word = '', flags = ''] = said.trim().split(/\s+/);
  return /^\d+$/.test(word) && flags.includes('P') ? Number(word) : undefined;
}
