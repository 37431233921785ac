import { readText, writeText } from '../host.ts';

const setting = '/sys/kernel/mm/transparent_hugepage/enabled';
const small = 2 * 1024 ** 2; // KiB

/**
 * Where there is little memory it is not handed out in pages of 2 MiB: programs get more than they use, and the kernel keeps some
 * 60 MB of 1 GiB free for it that nobody can have. `transparent_hugepage=` on the command line has the last word.
 */
export function spareMemory(): void {
  const total = /^MemTotal:\s+(\d+) kB$/m.exec(readText('/proc/meminfo') ?? '')?.[1];
  const asked = (readText('/proc/cmdline') ?? '').includes('transparent_hugepage=');
  const inUse = (readText(setting) ?? '[never]').includes('[never]');
  if (Number(total) > small || asked || inUse) return;
  writeText(setting, 'never');
}
