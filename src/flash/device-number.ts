import type { Stats } from 'node:fs';

/** Numbers of a device file (`makedev` of glibc). */
export function numberOf(stats: Pick<Stats, 'rdev' | 'isBlockDevice'>): { isBlock: boolean; number: string } {
  const rdev = BigInt(stats.rdev);
  const major = ((rdev >> 8n) & 0xfffn) | ((rdev >> 32n) & ~0xfffn);
  const minor = (rdev & 0xffn) | ((rdev >> 12n) & 0xffffff00n);
  return { isBlock: stats.isBlockDevice(), number: `${major}:${minor}` };
}
