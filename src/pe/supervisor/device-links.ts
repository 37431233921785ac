import { makeLink } from '../host/files.ts';

/** The names of standard streams that programs expect; the kernel's device file system does not bring them. */
const links = {
  '/dev/fd': '/proc/self/fd',
  '/dev/stdin': '/proc/self/fd/0',
  '/dev/stdout': '/proc/self/fd/1',
  '/dev/stderr': '/proc/self/fd/2',
} as const;

export function makeDeviceLinks(): void {
  for (const [path, target] of Object.entries(links)) makeLink(target, path);
}
