import { chmodSync, closeSync, linkSync, mkdirSync, openSync, symlinkSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LockedPackage } from '../debian/package.ts';
import { type Entry, Tree } from '../formats/tree.ts';
import { stepNode } from '../plan/node.ts';
import type { StepKind, StepNode } from '../plan/types.ts';
import { packageArtifacts, packageInputs } from './package.ts';
import { type FileReader, fileReader } from './read-file.ts';
import { loadEntries } from './tree-file.ts';

/** What no tool reads: manuals, translations, other systems' integration. */
const unneeded =
  /^(usr\/share\/(doc|man|info|locale|lintian|bug|bash-completion|zsh|fish|perl5|applications|icons|metainfo|gettext|gcc|gdb|java|maven-repo|doc-base|apport|initramfs-tools)\/|usr\/lib\/x86_64-linux-gnu\/(gconv|engines-3|ossl-modules)\/|usr\/lib\/grub\/[^/]+\/monolithic\/|etc\/|var\/|usr\/lib\/(systemd\/(?!boot\/)|udev\/))/;

const chunk = 1024 * 1024;

function writeFile(path: string, entry: Extract<Entry, { type: 'file' }>, reader: FileReader): void {
  const fd = openSync(path, 'w', entry.mode & 0o777);
  try {
    if ('bytes' in entry.content) {
      writeSync(fd, entry.content.bytes);
      return;
    }
    const buffer = Buffer.allocUnsafe(Math.min(chunk, entry.size));
    for (let done = 0; done < entry.size; ) {
      const part = buffer.subarray(0, Math.min(chunk, entry.size - done));
      reader.fill(entry.content.file, entry.content.offset + done, part);
      writeSync(fd, part);
      done += part.length;
    }
  } finally {
    closeSync(fd);
  }
}

/** Writes a tree's directories, files and links below a folder, as the user who runs this. Devices are left out. */
export function writeTree(tree: Tree, root: string): void {
  using reader = fileReader();
  for (const entry of tree.list()) {
    const path = join(root, entry.path);
    switch (entry.type) {
      case 'dir':
        mkdirSync(path, { recursive: true });
        break;
      case 'file':
        mkdirSync(dirname(path), { recursive: true });
        writeFile(path, entry, reader);
        chmodSync(path, entry.mode & 0o777);
        break;
      case 'symlink':
        // Absolute links would lead out of the tree.
        symlinkSync(
          entry.target.startsWith('/')
            ? `${'../'.repeat(entry.path.split('/').length - 1)}${entry.target.slice(1)}`
            : entry.target,
          path,
        );
        break;
      case 'hardlink':
        break;
      case 'char':
      case 'block':
      case 'fifo':
        break;
    }
  }
  for (const entry of tree)
    if (entry.type === 'hardlink') linkSync(join(root, entry.target), join(root, entry.path));
}

/** Unpacks the build tools' packages into one folder, from which they run through their own loader. */
export const toolsStep: StepKind = {
  name: 'tools',
  version: 2,
  bulk: true,
  run(context) {
    const tree = new Tree();
    for (const { artifact } of packageArtifacts(context.inputs)) {
      for (const entry of loadEntries(artifact.file('tree.json'))) {
        if (!unneeded.test(`${entry.path}/`)) tree.add(entry, 'replace');
      }
    }
    writeTree(tree, context.out);
    return Promise.resolve();
  },
};

export function toolsNode(toolset: string, packages: readonly LockedPackage[]): StepNode {
  return stepNode(toolsStep, {
    title: `set up the ${toolset} tools (${packages.length} packages)`,
    slot: `tools ${toolset}`,
    options: { toolset },
    inputs: packageInputs(packages),
  });
}
