const menu = 'normal configfile test true echo regexp sleep minicmd help ls cat search probe loadenv';
const disks = 'iso9660 fat ext2 btrfs xfs ntfs loopback part_gpt part_msdos gzio';
const consoles = 'terminal terminfo serial keystatus videoinfo font gfxterm gfxmenu png';
const actions = 'linux chain boot halt reboot';

/** GRUB modules of both boot loaders. They are in the program itself: a medium that can be read needs nothing more. */
export const commonModules: readonly string[] = [menu, disks, consoles, actions].join(' ').split(' ');

/** GRUB's names for the firmware it runs on. */
export type GrubPlatform = 'i386-pc' | 'x86_64-efi' | 'i386-efi';

const efi = ['efi_gop', 'efi_uga', 'efifwsetup'];

/**
 * No `vga`, and so no `all_video`: its 16 colours spoil the theme, where the text screen is clear, and a machine
 * without a video adapter would draw pixel after pixel into nothing. No `video_bochs` and `video_cirrus` on UEFI: GRUB
 * prefers them to the firmware's own driver and changes the mode behind its back, and a kernel that draws with what the
 * firmware says, as Debian's cloud kernel does, makes a mess of the screen.
 */
export const platformModules: Readonly<Record<GrubPlatform, readonly string[]>> = {
  'i386-pc': ['biosdisk', 'drivemap', 'memrw', 'vbe'],
  'x86_64-efi': efi,
  'i386-efi': efi,
};

/** What a GRUB that was loaded from a network needs besides. */
export const networkModules: Readonly<Record<GrubPlatform, readonly string[]>> = {
  'i386-pc': ['net', 'tftp', 'http', 'pxe'],
  'x86_64-efi': ['net', 'tftp', 'http', 'efinet'],
  'i386-efi': ['net', 'tftp', 'http', 'efinet'],
};
