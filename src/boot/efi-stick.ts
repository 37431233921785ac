import { statSync } from 'node:fs';
import { extname } from 'node:path';
import type { DiskFolder } from './disks.ts';

/** Whether a file is a program for UEFI rather than an image. */
export function isEfiProgram(file: string): boolean {
  return extname(file).toLowerCase() === '.efi';
}

const mib = 1024 ** 2;

/** Makes a stick, one FAT file system, that starts a program for UEFI; gives its path. */
export async function makeEfiStick(
  program: string,
  stick: string,
  { tools, make }: Pick<DiskFolder, 'tools' | 'make'>,
): Promise<string> {
  const bytes = Math.max(64, Math.ceil(statSync(program).size / mib) + 16) * mib;
  const env = { MTOOLSRC: '/dev/null' };
  await make(tools.img('create', '-q', '-f', 'raw', stick, String(bytes)), { env: tools.env });
  await make(tools.program('mkfs.fat', stick));
  await make(tools.program('mtools', '-c', 'mmd', '-i', stick, '::/EFI', '::/EFI/BOOT'), { env });
  await make(tools.program('mtools', '-c', 'mcopy', '-i', stick, program, '::/EFI/BOOT/BOOTX64.EFI'), {
    env,
  });
  return stick;
}
