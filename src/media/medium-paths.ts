/** Absolute paths on every medium with a boot menu, that more than one part must agree on. */
export const mediumPaths = {
  kernel: '/boot/vmlinuz',
  initrd: '/boot/initrd.img',
  config: '/boot/grub/grub.cfg',
  systemsConfig: '/boot/grub/systems.cfg',
  theme: '/boot/grub/theme',
  fonts: '/boot/grub/fonts',
  memtestBios: '/boot/memtest86+x64.bin',
  memtestEfi: '/boot/memtest86+x64.efi',
} as const;
