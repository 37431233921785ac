import type { Json } from '../base/json.ts';
import { stepNode } from '../plan/node.ts';
import type { StepNode } from '../plan/types.ts';
import type { Recipe } from '../recipe/types.ts';
import { fontsFor } from '../steps/grub-fonts.ts';
import { grubNetNode } from '../steps/grub-net.ts';
import { placeExtras } from './extras.ts';
import { type NetbootOptions, netbootOutput, netbootStep } from './netboot-step.ts';
import { grubFiles, netEarlyConfig } from './package-files.ts';
import type { Medium, MediumParts } from './types.ts';

/** What of a recipe a folder for network boot depends on. */
export type NetbootRecipe = Pick<Recipe, 'name' | 'version' | 'boot' | 'paths'> & {
  readonly kernel: Pick<Recipe['kernel'], 'cmdline'>;
};

/** The node of a folder for network boot. Its artifact holds `netbootOutput`. */
export function netbootNode(recipe: NetbootRecipe, parts: MediumParts): StepNode {
  const { name, version, boot, kernel, paths } = recipe;
  const menuFiles = Object.fromEntries(
    Object.entries(grubFiles()).filter(([name]) => name !== 'early.cfg.in'),
  );
  const { tools, epoch } = parts;
  const extras = placeExtras(parts.extras);
  const options: NetbootOptions = {
    ...{ name, version },
    boot: { ...boot, cmdline: kernel.cmdline, systemsDir: paths.systems },
    fonts: fontsFor([name, version, ...boot.entries.map(({ title }) => title)]),
    wordFrom: 'card_word',
    folderFrom: 'site',
    made: extras.made,
    given: extras.given,
  };
  return stepNode(netbootStep, {
    title: 'bring the folder for network boot together',
    slot: 'netboot',
    options: options as unknown as Json,
    inputs: {
      kernel: parts.kernel,
      initrd: parts.initrd,
      grub: grubNetNode({ tools, earlyConfig: netEarlyConfig() }),
      ...extras.inputs,
    },
    files: { ...menuFiles, ...extras.files },
    tools,
    epoch,
  });
}

export const netbootMedium: Medium = {
  kind: 'netboot',
  describe: 'a folder for TFTP and HTTP servers, to start machines over the network',
  files(recipe, parts) {
    const spec = recipe.media.netboot;
    if (spec === undefined) throw new Error('the recipe has no media.netboot');
    return [{ name: spec.filename, node: netbootNode(recipe, parts), file: netbootOutput, folder: true }];
  },
};
