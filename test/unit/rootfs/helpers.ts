import type { Entry, FileEntry } from '../../../src/formats/tree.ts';
import { Tree } from '../../../src/formats/tree.ts';
import type { IdentityInput, InstalledPackage, PeIdentity } from '../../../src/rootfs/types.ts';

export { entry, file, textOf } from '../formats/entries.ts';

const noScripts: InstalledPackage['scripts'] = {
  preinst: undefined,
  postinst: undefined,
  prerm: undefined,
  postrm: undefined,
  triggers: undefined,
  conffiles: undefined,
  md5sums: undefined,
};

/** An installed package with everything that a test does not care about filled in. */
export function pkg(
  name: string,
  scripts: Partial<InstalledPackage['scripts']> = {},
  parts: Partial<InstalledPackage> = {},
): InstalledPackage {
  const control = `Package: ${name}\nVersion: 1.0\nArchitecture: amd64\nMaintainer: A <a@b.example>\nDescription: ${name}\n`;
  return {
    name,
    version: '1.0',
    arch: 'amd64',
    control,
    scripts: { ...noScripts, ...scripts },
    files: [],
    ...parts,
  };
}

export function tree(...entries: readonly Entry[]): Tree {
  const made = new Tree();
  for (const one of entries) made.add(one);
  return made;
}

export const read = (one: FileEntry): Promise<Buffer> => {
  if (!('bytes' in one.content)) throw new Error(`no bytes: ${one.path}`);
  return Promise.resolve(Buffer.from(one.content.bytes));
};

const identity: PeIdentity = {
  name: 'tester',
  version: '1.2',
  codename: 'trixie',
  hostname: 'box',
  timezone: 'UTC',
  users: [],
};

export function input(
  root: Tree,
  packages: readonly InstalledPackage[] = [],
  parts: Partial<PeIdentity> = {},
): IdentityInput {
  return {
    tree: root,
    read,
    packages,
    epoch: 1_700_000_000,
    arch: 'amd64',
    identity: { ...identity, ...parts },
  };
}

export function byPath(entries: readonly Entry[]): Map<string, Entry> {
  return new Map(entries.map((one) => [one.path, one]));
}
