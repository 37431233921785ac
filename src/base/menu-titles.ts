/** Titles of the boot menu's entries that every image offers beside the recipe's own (`grub/*.cfg.in`). */
export const menuTitles = {
  /** Where `boot.memtest` is on. */
  memtest: 'Memory test',
  /** Where `boot.first-disk` is on. */
  firstDisk: 'Boot from the first disk',
  /** Only on UEFI, where the firmware offers it. */
  firmwareSetup: 'Firmware setup',
  restart: 'Restart',
  powerOff: 'Power off',
} as const;
