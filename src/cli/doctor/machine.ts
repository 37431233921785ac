import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { MissingError } from '../../base/errors.ts';
import { formatBytes } from '../../base/sizes.ts';
import type { CliIo } from '../io.ts';
import type { Finding } from './types.ts';

const enoughBytes = 3 * 1024 ** 3;
const leastBytes = 512 * 1024 ** 2;

/** The nearest folder above that exists: where a new folder would be made. */
function existing(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : existing(dirname(path));
}

/** Whether the store can be written, and how much room it has. Makes nothing. */
export function storeFindings(dir: string): Finding[] {
  const base = existing(dir);
  try {
    accessSync(base, constants.W_OK | constants.X_OK);
  } catch {
    const text = `${dir} cannot be written: you have no right to write in ${base}.`;
    return [{ name: 'store', level: 'missing', text, install: 'export DISKBIOS_STORE=/a/folder/of/yours' }];
  }
  const { bavail, bsize } = statfsSync(base);
  const free = bavail * bsize;
  const room = `${formatBytes(free)} are free where the store lies`;
  return [
    { name: 'store', level: 'ok', text: `${dir} ${existsSync(dir) ? 'can be written' : 'will be made'}.` },
    free < leastBytes
      ? {
          name: 'disk',
          level: 'missing',
          text: `Only ${room}; a build needs 512 MiB at least.`,
          install: 'diskbios cache prune',
        }
      : free < enoughBytes
        ? {
            name: 'disk',
            level: 'warn',
            text: `${room}; a few recipes need about 3 GiB.`,
            install: 'diskbios cache prune',
          }
        : { name: 'disk', level: 'ok', text: `${room}.` },
  ];
}

/** User namespaces: many image builders need them, this one only for kernels from source, and can do without. */
export async function namespaceFinding(): Promise<Finding> {
  const name = 'namespaces';
  const { rootMeans } = await import('../../sys/tools-root.ts');
  if ((await rootMeans()) !== undefined)
    return {
      name,
      level: 'ok',
      text: 'User namespaces are available: kernels from source are built by the compiler of the lock. Nothing else needs them.',
    };
  const { hostToolchain } = await import('../../steps/kernel-toolchain.ts');
  const off = 'User namespaces are off, which only kernels from source would use';
  try {
    const { versions } = await hostToolchain();
    return {
      name,
      level: 'ok',
      text: `${off}: they are built by this machine’s own ${versions['gcc'] ?? 'gcc'}.`,
    };
  } catch (error) {
    if (!(error instanceof MissingError)) throw error;
    return { name, level: 'ok', text: `${off}; to build one here: ${error.install}` };
  }
}

export function terminalFinding(io: Pick<CliIo, 'env' | 'outIsTty' | 'errIsTty' | 'colour'>): Finding {
  const { env } = io;
  const locale = env['LC_ALL'] ?? env['LC_CTYPE'] ?? env['LANG'] ?? '';
  const parts = [
    io.errIsTty
      ? `a terminal (${env['TERM'] ?? 'unknown'})`
      : 'no terminal: progress is printed line by line',
    io.colour ? 'with colours' : 'without colours',
    /utf-?8/i.test(locale) ? 'UTF-8' : `the locale is "${locale}"`,
  ];
  return { name: 'terminal', level: 'ok', text: `${parts.join(', ')}.` };
}
