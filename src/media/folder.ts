import type { FolderFacts } from '../base/folder-medium.ts';
import type { Json } from '../base/json.ts';
import { kernelWords } from '../formats/kernel-words.ts';
import { stepNode } from '../plan/node.ts';
import type { Recipe } from '../recipe/types.ts';
import { sharedRootInitrdNode } from '../steps/initrd.ts';
import { folderOutput, folderStep, ownersStep } from './folder-step.ts';
import { rootSource } from './root-source.ts';
import type { Medium } from './types.ts';

/** As the first entry of the menu starts it, which names no systems. */
const live = {
  mode: 'live',
  system: undefined,
  systems: [],
  console: undefined,
  data: undefined,
  debug: false,
  cmdline: [],
} as const;

function factsOf({ name, version, boot, kernel }: Recipe): FolderFacts {
  return { name, version, cmdline: kernelWords(live, { ...boot, cmdline: kernel.cmdline }) };
}

export const folderMedium: Medium = {
  kind: 'folder',
  describe: 'the root as a folder, to be entered or run',
  files(recipe, parts) {
    const spec = recipe.media.folder;
    if (spec === undefined) throw new Error('the recipe has no media.folder');
    const { source, inputs } = rootSource(recipe, parts, { of: { kind: 'livefs' }, modules: true });
    const owners = stepNode(ownersStep, {
      title: 'list the owners of files',
      options: { ...source },
      inputs,
    });
    const { early, epoch, tools } = parts;
    const modules = inputs['layer modules'];
    if (modules === undefined) throw new Error('the livefs has no layer of modules');
    const initrd = sharedRootInitrdNode({
      ...{ ...early, modules, epoch },
      owners: { node: owners, file: folderOutput.owners },
    });
    const node = stepNode(folderStep, {
      title: `bring the folder ${spec.filename} together`,
      options: { source, facts: factsOf(recipe) } as unknown as Json,
      inputs: { ...inputs, kernel: parts.kernel, initrd, owners },
      tools,
      epoch,
    });
    return [{ name: spec.filename, node, file: folderOutput.folder, folder: true, root: folderOutput.root }];
  },
};
