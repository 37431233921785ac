import type { Arch } from '../recipe/types.ts';

/** Sets of programs that the builder itself uses; each is pinned in the lock and unpacked into the store. */
export const toolsetNames = ['build', 'qemu', 'serve'] as const;
export type Toolset = (typeof toolsetNames)[number];

/** A value for each set of tools. */
export function perToolset<T>(make: (name: Toolset) => T): Record<Toolset, T> {
  return Object.fromEntries(toolsetNames.map((name) => [name, make(name)])) as Record<Toolset, T>;
}

const common: Readonly<Record<Toolset, readonly string[]>> = {
  build: [
    'e2fsprogs',
    'erofs-utils',
    'fonts-dejavu-core',
    'grub-common',
    'ipxe',
    'kmod',
    'mtools',
    'squashfs-tools',
    'xorriso',
    'xz-utils',
    'zstd',
  ],
  qemu: ['dosfstools', 'dropbear-bin', 'e2fsprogs', 'mtools', 'qemu-utils', 'virtiofsd'],
  serve: ['dnsmasq-base'],
};

/** Packages of each set, by the architecture of the image. */
export const toolsets: Readonly<Record<Arch, Readonly<Record<Toolset, readonly string[]>>>> = {
  amd64: {
    build: [
      ...common.build,
      'grub-efi-amd64-bin',
      'grub-efi-amd64-signed',
      'grub-efi-ia32-bin',
      'grub-pc-bin',
      'memtest86+',
      'shim-helpers-amd64-signed',
      'shim-signed',
      'systemd-boot-efi',
    ],
    qemu: [...common.qemu, 'ovmf', 'qemu-system-x86', 'seabios'],
    serve: common.serve,
  },
};

/** What builds a kernel from source, by the architecture of the image; only in locks of recipes that do. */
export const toolchains: Readonly<Record<Arch, readonly string[]>> = {
  amd64: [
    'bash',
    'bc',
    'binutils',
    'bison',
    'bzip2',
    'coreutils',
    'dash',
    'diffutils',
    'findutils',
    'flex',
    'gcc',
    'grep',
    'gzip',
    'kmod',
    'libc6-dev',
    'libelf-dev',
    'libncurses-dev',
    'libssl-dev',
    'lz4',
    'make',
    'mawk',
    'ncurses-base',
    'perl-base',
    'pkgconf',
    'sed',
    'tar',
    'xz-utils',
    'zstd',
  ],
};
