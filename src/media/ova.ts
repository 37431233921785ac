import { stepNode } from '../plan/node.ts';
import type { OvaSpec, Recipe } from '../recipe/types.ts';
import { diskNode } from './disk.ts';
import { ovaOutput, ovaStep } from './ova-step.ts';
import type { Medium } from './types.ts';
import { virtualDiskNode } from './virtual-disk.ts';
import { virtualDiskOutput } from './virtual-disk-step.ts';

function ovaSpec(recipe: Recipe): OvaSpec {
  if (recipe.media.ova === undefined) throw new Error('the recipe has no media.ova');
  return recipe.media.ova;
}

export const ovaMedium: Medium = {
  kind: 'ova',
  describe: 'a virtual machine to be imported by VirtualBox and VMware',
  files(recipe, parts) {
    const { name, version } = recipe;
    const { filename, memory, cpus } = ovaSpec(recipe);
    const node = stepNode(ovaStep, {
      title: `pack the virtual machine ${filename}`,
      options: { name, version, memory, cpus },
      inputs: {
        disk: diskNode(recipe, parts, 'ova', ovaSpec(recipe)),
        vmdk: virtualDiskNode(recipe, parts, 'ova'),
      },
      epoch: parts.epoch,
    });
    return [{ name: filename, node, file: ovaOutput }];
  },
  startsFrom: (recipe, parts) => ({
    node: virtualDiskNode(recipe, parts, 'ova'),
    file: virtualDiskOutput('vmdk'),
  }),
};
