import type { SystemFile } from '../../../base/system.ts';
import { shellLine } from '../network-config.ts';

/** Where the root of the system is put together, as the PE sees it. */
export const targetFolder = '/run/diskbios/target';
/** For early init, which moves that root into place: which program to start, in its own language. */
export const handoverPath = '/run/diskbios/handover';

/** First process of a system that does not name one. */
export const usualInit = '/sbin/init';

/**
 * The script by which early init learns what to start. Words of the kernel command line that the kernel hands to its first
 * process (`single`) are for an init, not for a program that somebody named.
 */
export function handoverScript({ init, env }: Pick<SystemFile, 'init' | 'env'>): string {
  const exports = Object.entries(env)
    .filter(([name]) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    .map(([name, value]) => `export ${shellLine([[`${name}=${value}`]])}`);
  const start = init === undefined ? `set -- ${usualInit} "$@"` : `set -- ${shellLine([init])}`;
  return [...exports, start, ''].join('\n');
}
