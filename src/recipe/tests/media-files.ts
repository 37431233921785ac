import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';
import { netbootPaths } from '../../base/netboot.ts';
import { type BootMediumKind, diskMediaKinds } from '../types.ts';

/** Whether it is a folder for network boot that diskbios made. */
export function isNetbootFolder(path: string): boolean {
  return existsSync(join(path, netbootPaths.facts));
}

/** The medium that an image is, told by the ending of its name, or a folder; one that says nothing is a disk as it is. */
export function mediumOfFile(file: string): BootMediumKind {
  const ending = extname(file).slice(1);
  if (ending === 'iso') return 'iso';
  if (ending === 'efi') return 'uki';
  if (isNetbootFolder(file)) return 'netboot';
  return diskMediaKinds.find((kind) => kind === ending) ?? 'usb';
}
