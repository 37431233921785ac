/** GRUB modules of both boot loaders. They are in the program itself: a medium that can be read needs nothing more. */
export const commonModules: readonly string[] = [
  // What a menu needs
  ...[
    'normal',
    'configfile',
    'test',
    'echo',
    'regexp',
    'sleep',
    'minicmd',
    'true',
    'help',
    'ls',
    'cat',
    'search',
    'probe',
  ],
  // Media, and the disks that other systems are started from
  ...['iso9660', 'fat', 'ext2', 'ntfs', 'loopback', 'part_gpt', 'part_msdos', 'gzio'],
  // Screen and serial console
  ...[
    'terminal',
    'terminfo',
    'serial',
    'keystatus',
    'all_video',
    'videoinfo',
    'font',
    'gfxterm',
    'gfxmenu',
    'png',
  ],
  // What an entry does
  ...['linux', 'chain', 'boot', 'halt', 'reboot'],
];

/**
 * No `vga`: its 16 colours spoil the theme, where the text screen is clear, and a machine without a video adapter
 * would draw pixel after pixel into nothing.
 */
export const platformModules = {
  'i386-pc': ['biosdisk', 'drivemap', 'linux16', 'memrw', 'vbe'],
  'x86_64-efi': ['efi_gop', 'efi_uga', 'video_bochs', 'video_cirrus', 'efifwsetup'],
} as const satisfies Record<string, readonly string[]>;
