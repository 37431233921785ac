/** Options of GNU tar. busybox's knows neither extended attributes nor access lists nor holes. */

/** Everything of a file that a system may care about. */
const faithfully = ['--format=posix', '--xattrs', '--xattrs-include=*', '--acls', '--selinux', '--sparse'];

/** Packs `names`, relative to the present folder, to standard output. */
export const packArguments = (folder: string, names: readonly string[]): string[] => [
  ...['-c', '-f', '-', '-C', folder, '--numeric-owner', ...faithfully],
  '--warning=no-file-ignored',
  ...names,
];

/** Unpacks what comes from a system of ours: with overlay's own attributes. */
export const unpackArguments = (folder: string): string[] => [
  ...['-x', '-f', '-', '-C', folder, '-p', '--numeric-owner', '--same-owner'],
  ...['--xattrs', '--xattrs-include=*', '--acls', '--selinux', '--delay-directory-restore'],
];

/** Unpacks what comes from somewhere: without attributes that overlays and the kernel itself act on. */
export const strangerArguments = (
  folder: string,
  { strip = 0, exclude = [] }: { readonly strip?: number; readonly exclude?: readonly string[] } = {},
): string[] => [
  ...['-x', '-f', '-', '-C', folder, '-p', '--numeric-owner', '--same-owner'],
  ...['--xattrs', '--xattrs-include=user.*', '--xattrs-include=security.capability', '--acls'],
  ...['--delay-directory-restore', '--warning=no-unknown-keyword'],
  ...(strip > 0 ? [`--strip-components=${strip}`] : []),
  ...exclude.map((pattern) => `--exclude=${pattern}`),
];

/**
 * The stream that a folder's checksum is taken of: names in order, owners, modes, links, contents, attributes; no times, and nothing
 * that depends on the process or the file system.
 */
export const checksumArguments = (folder: string): string[] => [
  ...['-c', '-f', '-', '-C', folder, '--numeric-owner', '--sort=name', '--mtime=@0'],
  ...['--format=posix', '--pax-option=exthdr.name=%d/pax/%f,delete=atime,delete=ctime'],
  ...['--xattrs', '--acls', '--warning=no-file-ignored', '.'],
];

/** Lists the names in an archive, one a line, with C's escapes. */
export const listArguments: readonly string[] = ['-t', '-f', '-', '--quoting-style=escape'];

/** Packs a whole root for other programs: all that is in it, of all file systems, without what only overlays know. */
export const exportArguments = (root: string): string[] => [
  ...['-c', '-f', '-', '-C', root, '--numeric-owner', '--sort=name', '--format=posix'],
  ...['--pax-option=delete=atime,delete=ctime'],
  ...['--xattrs', '--xattrs-exclude=trusted.*', '--acls', '--warning=no-file-ignored', '.'],
];

/** Packs a finished layout: the name that tells what it is comes first. */
export const imageArguments = (folder: string): string[] => [
  ...['-c', '-f', '-', '-C', folder, '--numeric-owner', '--owner=0', '--group=0', '--sort=name'],
  ...['--format=posix', 'oci-layout', 'index.json', 'blobs'],
];
