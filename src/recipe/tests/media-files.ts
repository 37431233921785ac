import { extname } from 'node:path';
import { type BootMediumKind, diskMediaKinds } from '../types.ts';

/** The medium that an image is, told by the ending of its name; one that says nothing is a disk as it is. */
export function mediumOfFile(file: string): BootMediumKind {
  const ending = extname(file).slice(1);
  if (ending === 'iso') return 'iso';
  if (ending === 'efi') return 'uki';
  return diskMediaKinds.find((kind) => kind === ending) ?? 'usb';
}
