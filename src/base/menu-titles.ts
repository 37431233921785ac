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

/** Title of the default entry with all messages, where `boot.quiet` is on. */
export const verboseTitle = (title: string): string => `${title}, with all messages`;

/** Title of the entry that appears by itself for a system of the data volume (`grub/systems.cfg.in`). */
export const handOverTitle = (system: string): string => `Hand over to ${system}`;
