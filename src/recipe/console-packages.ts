import type { PeConsole } from './types.ts';

/** Debian's package of fonts for the Linux console. */
export const fontPackage = 'console-setup-linux';
/** Its package of keymaps. */
export const keymapPackage = 'console-data';
/** What turns a keymap into the form that the PE loads, and loads a font: Debian's busybox knows none that is wider than 8 dots. */
export const keyboardTools = 'kbd';

/** The packages that a recipe's font and keymap come from. */
export function consolePackages({ font, keymap }: PeConsole): string[] {
  return [
    ...(keymap === undefined ? [] : [keymapPackage]),
    ...(font === undefined ? [] : [fontPackage]),
    ...(keymap === undefined && font === undefined ? [] : [keyboardTools]),
  ].sort();
}

/** Of those, the packages that something of is in the image: with a font, the program that loads it. */
export function inImage<T extends { readonly name: string }>(packages: readonly T[]): T[] {
  const hasFont = packages.some(({ name }) => name === fontPackage);
  return packages.filter(
    ({ name }) => name === fontPackage || name === keymapPackage || (hasFont && name === keyboardTools),
  );
}

/** The font that `auto` stands for: 16×32 dots, with the letters of most languages. */
export const largeFont = 'Uni2-Terminus32x16';
