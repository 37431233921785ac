import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type FolderFacts, folderPaths } from '../base/folder-medium.ts';
import { Tree } from '../formats/tree.ts';
import { trueOwners } from '../formats/true-owners.ts';
import type { StepKind } from '../plan/types.ts';
import { packStream } from '../steps/pack-stream.ts';
import { fileReader } from '../steps/read-file.ts';
import { loadEntries } from '../steps/tree-file.ts';
import { stepInput } from './extras.ts';
import { type RootSource, rootTar } from './root-source.ts';

/** Names in the artifacts: the folder but for its root, the root as an archive, and the script of `ownersStep`. */
export const folderOutput = { folder: 'folder', root: 'root.tar', owners: 'owners.sh' } as const;

/** Writes the script that gives the files of the livefs their true owners; reads listings only. */
export const ownersStep: StepKind = {
  name: 'owners',
  version: 1,
  run(context, json) {
    const { layers } = json as unknown as RootSource;
    const tree = new Tree();
    for (const name of layers) {
      for (const entry of loadEntries(stepInput(context, `layer ${name}`).file('tree.json'))) {
        tree.add(entry, 'replace');
      }
    }
    writeFileSync(join(context.out, folderOutput.owners), trueOwners(tree.list()));
    return Promise.resolve();
  },
};

/** Brings together what a folder is published from: the store keeps its root as an archive, with owners and all. */
export const folderStep: StepKind = {
  name: 'folder',
  version: 1,
  bulk: true,
  async run(context, json) {
    const { source, facts } = json as unknown as { source: RootSource; facts: FolderFacts };
    using reader = fileReader();
    await packStream(context, await rootTar(context, source, [], reader), {
      compress: 'none',
      to: join(context.out, folderOutput.root),
    });
    const at = (path: string): string => join(context.out, folderOutput.folder, path);
    mkdirSync(dirname(at(folderPaths.kernel)), { recursive: true });
    copyFileSync(stepInput(context, 'kernel').file('vmlinuz'), at(folderPaths.kernel));
    copyFileSync(stepInput(context, 'initrd').file('initrd.img'), at(folderPaths.initrd));
    copyFileSync(stepInput(context, 'owners').file(folderOutput.owners), at(folderPaths.owners));
    writeFileSync(at(folderPaths.facts), `${JSON.stringify(facts, null, 1)}\n`);
  },
};
