import { digestOf, type Json } from '../base/json.ts';
import { stepNode } from '../plan/node.ts';
import type { StepNode } from '../plan/types.ts';
import type { IsoSpec, Recipe } from '../recipe/types.ts';
import { fontsFor } from '../steps/grub-fonts.ts';
import { grubImagesNode } from '../steps/grub-images.ts';
import { kernelFor } from '../steps/signed-kernel.ts';
import { signingFiles } from '../steps/signing.ts';
import { carriedInIso } from './carried.ts';
import { placeExtras } from './extras.ts';
import { type IsoOptions, isoOutput, isoStep } from './iso-step.ts';
import { menuBoot } from './menu-boot.ts';
import { grubFiles, lockedScript } from './package-files.ts';
import type { Medium, MediumParts } from './types.ts';

/** What of a recipe an ISO depends on. */
export type IsoRecipe = Pick<Recipe, 'name' | 'version' | 'boot' | 'paths'> & {
  readonly kernel: Pick<Recipe['kernel'], 'cmdline'>;
  readonly media: { readonly iso: IsoSpec | undefined };
};

function isoSpec(recipe: IsoRecipe): IsoSpec {
  if (recipe.media.iso === undefined) throw new Error('the recipe has no media.iso');
  return recipe.media.iso;
}

/** The node of a recipe's ISO. Its artifact holds `image.iso`. */
export function isoNode(recipe: IsoRecipe, parts: MediumParts): StepNode {
  const { name, version, boot, kernel, paths } = recipe;
  const { label } = isoSpec(recipe);
  // The same for every build of this version, so that the boot loader is made once.
  const mediumId = digestOf({ name, version, label }).slice(0, 16);
  const { 'early.cfg.in': earlyConfig, ...menuFiles } = grubFiles();
  if (earlyConfig === undefined) throw new Error('grub/early.cfg.in is missing');
  const { tools, epoch } = parts;
  const grub = grubImagesNode({
    ...{ tools, mediumId, epoch, earlyConfig },
    ...{ secure: boot.secure, locked: lockedScript() },
  });
  const extras = placeExtras({ ...parts.extras, ...carriedInIso(parts.carried) });
  const options: IsoOptions = {
    name,
    version,
    label,
    mediumId,
    epoch,
    boot: menuBoot(boot, kernel.cmdline, paths.systems),
    fonts: fontsFor([name, version, ...boot.entries.map(({ title }) => title)]),
    made: extras.made,
    given: extras.given,
  };
  return stepNode(isoStep, {
    title: `write the ISO ${label}`,
    options: options as unknown as Json,
    inputs: { kernel: kernelFor(boot.secure, parts.kernel), initrd: parts.initrd, grub, ...extras.inputs },
    files: { ...menuFiles, ...extras.files, ...signingFiles(boot.secure) },
    tools,
  });
}

export const isoMedium: Medium = {
  kind: 'iso',
  describe: 'an image that boots from CD and from stick, on BIOS and on UEFI',
  files: (recipe, parts) => [
    { name: isoSpec(recipe).filename, node: isoNode(recipe, parts), file: isoOutput },
  ],
};
