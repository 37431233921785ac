import { MissingError } from '../../base/errors.ts';
import { lstat } from '../host/files.ts';

/** Programs that not every PE has: where they are, and the package that brings them. */
const programs = {
  tar: { paths: ['/usr/bin/tar'], package: 'tar' },
  zstd: { paths: ['/usr/bin/zstd'], package: 'zstd' },
  curl: { paths: ['/usr/bin/curl'], package: 'curl and ca-certificates' },
  mke2fs: { paths: ['/usr/sbin/mke2fs'], package: 'e2fsprogs' },
  debootstrap: { paths: ['/usr/sbin/debootstrap'], package: 'debootstrap' },
  gpgv: { paths: ['/usr/bin/gpgv'], package: 'gpgv and debian-archive-keyring' },
  perl: { paths: ['/usr/bin/perl'], package: 'perl-base' },
  btrfs: { paths: ['/usr/bin/btrfs', '/usr/sbin/btrfs', '/bin/btrfs'], package: 'btrfs-progs' },
} as const;

export type ProgramName = keyof typeof programs;

/** Path of a program; `undefined` where this PE lacks it. A link is busybox's program of that name, which can less. */
export const programPath = (name: ProgramName): string | undefined =>
  programs[name].paths.find((path) => lstat(path)?.kind === 'file');

/** The same, where there is no doing without. Throws `MissingError` with the package to add. */
export function needed(name: ProgramName): string {
  const path = programPath(name);
  if (path !== undefined) return path;
  throw new MissingError(
    `this PE has no ${name}${name === 'tar' ? " but busybox's, which loses extended attributes" : ''}`,
    `add ${programs[name].package} to pe.packages of the recipe and build the image anew`,
  );
}
