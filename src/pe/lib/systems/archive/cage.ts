import { shellLine } from '../../network-config.ts';

/** Folder in the unpacked root, for as long as something is unpacked, in which the PE's programs are seen. */
export const cageFolder = '.diskbios-cage';

/**
 * A script for busybox sh, run in a mount namespace of its own: `program` (below /usr of the PE) with a folder as its whole world, so
 * that nothing an archive holds, such as a link that leads elsewhere, makes it touch anything outside. Device files open nothing.
 * @param libraries folders below /usr of the PE with the program's libraries
 */
export function cageScript(facts: {
  readonly folder: string;
  /** Path of the loader below /usr of the PE. */
  readonly loader: string;
  readonly libraries: readonly string[];
  readonly program: string;
  readonly args: readonly string[];
}): string {
  const { folder, loader, libraries, program, args } = facts;
  const at = `${folder}/${cageFolder}`;
  const seen = (path: string): string => `/${cageFolder}/${path}`;
  const command = [
    seen(loader),
    ...['--library-path', libraries.map(seen).join(':')],
    ...[seen(program), ...args],
  ];
  return [
    'set -e',
    shellLine([['mount', '-o', 'bind', folder, folder]]),
    shellLine([['mount', '-o', 'remount,bind,nodev,nosuid', folder]]),
    shellLine([['mkdir', at]]),
    shellLine([['mount', '-o', 'bind', '/usr', at]]),
    shellLine([['mount', '-o', 'remount,bind,ro', at]]),
    `exec chroot ${shellLine([[folder]])} ${shellLine([command])}`,
  ].join('\n');
}
