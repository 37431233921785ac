import { menuTitles, verboseTitle } from '../../base/menu-titles.ts';
import type { RawRecipe } from '../raw.ts';

/** Whether the boot menu is on a serial line as well as on the screen. */
export function hasSerialMenu(consoles: readonly string[]): boolean {
  return consoles.some((console) => /^ttyS\d/.test(console));
}

/** The titles of every entry of the boot menu, the built-in ones last. */
export function titlesInMenu(boot: RawRecipe['boot']): string[] {
  return [
    ...boot.entries.map((entry) => entry.title),
    ...(boot.memtest ? [menuTitles.memtest] : []),
    ...(boot['first-disk'] ? [menuTitles.firstDisk] : []),
    ...(boot.quiet ? [verboseTitle(boot.default ?? boot.entries[0]?.title ?? '')] : []),
    menuTitles.firmwareSetup,
    menuTitles.restart,
    menuTitles.powerOff,
  ];
}
