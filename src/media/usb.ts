import { stepNode } from '../plan/node.ts';
import type { StepNode } from '../plan/types.ts';
import type { Recipe, UsbSpec } from '../recipe/types.ts';
import { bmapOutput, bmapStep } from './bmap-step.ts';
import { diskNode } from './disk.ts';
import { diskOutput } from './disk-step.ts';
import type { Medium, MediumParts } from './types.ts';
import { zstdOutput, zstdStep } from './zstd-step.ts';

function usbSpec(recipe: Recipe): UsbSpec {
  if (recipe.media.usb === undefined) throw new Error('the recipe has no media.usb');
  return recipe.media.usb;
}

function usbNode(recipe: Recipe, parts: MediumParts): StepNode {
  return diskNode(recipe, parts, 'usb', usbSpec(recipe));
}

export const usbMedium: Medium = {
  kind: 'usb',
  describe: 'a disk image for sticks and disks, with room for data, that boots on BIOS and UEFI',
  files(recipe, parts) {
    const { filename, compress } = usbSpec(recipe);
    const disk = usbNode(recipe, parts);
    const bmap = stepNode(bmapStep, { title: `write the block map of ${filename}`, inputs: { disk } });
    const beside = { name: `${filename}.bmap`, node: bmap, file: bmapOutput };
    if (compress === 'none') return [{ name: filename, node: disk, file: diskOutput.image }, beside];
    const packed = stepNode(zstdStep, {
      title: `pack ${filename}`,
      inputs: { disk },
      tools: parts.tools,
    });
    return [{ name: `${filename}.zst`, node: packed, file: zstdOutput }, beside];
  },
  startsFrom: (recipe, parts) => ({ node: usbNode(recipe, parts), file: diskOutput.image }),
};
