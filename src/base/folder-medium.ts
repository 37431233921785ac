/** The folder that `diskbios build --medium folder` makes and `diskbios run` starts. */
export const folderPaths = {
  /** The root itself. */
  root: 'root',
  kernel: 'boot/vmlinuz',
  /** Holds early init, and no layer but the name of a shared folder. */
  initrd: 'boot/initrd.img',
  /** A shell script with the owners and permissions that the root has in the PE. */
  owners: 'boot/owners.sh',
  facts: 'folder.json',
} as const;

/** Folders that diskbios publishes have this file in them: only such a folder is ever replaced. */
export const folderMarker = '.diskbios.json';

/** The tag under which the machine that runs a guest shares the root: the name of its layer. */
export const rootShareTag = '10-root';

/** `folder.json` */
export interface FolderFacts {
  readonly name: string;
  readonly version: string;
  /** Words of the kernel's command line. */
  readonly cmdline: readonly string[];
}

/** Reads `folder.json`; `undefined` where it is none. */
export function parseFolderFacts(text: string): FolderFacts | undefined {
  try {
    const { name, version, cmdline } = JSON.parse(text) as Partial<FolderFacts>;
    return typeof name === 'string' && typeof version === 'string' && Array.isArray(cmdline)
      ? { name, version, cmdline: cmdline.map(String) }
      : undefined;
  } catch {
    return undefined;
  }
}
