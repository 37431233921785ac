import type { Firmware } from './machine.ts';

/** Files of a folder for network boot, by their paths in it, that more than one part must agree on. */
export const netbootPaths = {
  /** What it is: `NetbootFacts`. */
  facts: 'netboot.json',
  /** The menu for iPXE. */
  script: 'boot.ipxe',
  /** iPXE for a BIOS, with the network card's own driver. */
  ipxeBios: 'undionly.kpxe',
  /** iPXE for UEFI, with the firmware's driver of the network card, and with drivers of its own. */
  ipxeEfiPlain: 'snponly.efi',
  ipxeEfi: 'ipxe.efi',
  /** GRUB. */
  grubBios: 'core.0',
  grubEfi64: 'bootx64.efi',
  grubEfi32: 'bootia32.efi',
} as const;

/** `netboot.json` */
export interface NetbootFacts {
  readonly format: 1;
  readonly name: string;
  readonly version: string;
}

/** Reads `netboot.json`; `undefined` where it is none. */
export function parseNetbootFacts(text: string): NetbootFacts | undefined {
  try {
    const { format, name, version } = JSON.parse(text) as Partial<NetbootFacts>;
    return format === 1 && typeof name === 'string' && typeof version === 'string'
      ? { format, name, version }
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What a virtual machine asks QEMU's network for first: with a BIOS, the card's ROM is iPXE itself; UEFI loads GRUB, which that network
 * cannot send on in circles.
 */
export function firstOfNetboot(firmware: Firmware): string {
  return firmware === 'bios' ? netbootPaths.script : netbootPaths.grubEfi64;
}

/** Whether a word of the kernel's command line gets through iPXE, which has no quotes: some it would take for its own. */
export function isForIpxe(word: string): boolean {
  return !/\$\{|^(#.*|\|\||&&|;)$/.test(word);
}
