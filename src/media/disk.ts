import { digestOf, type Json } from '../base/json.ts';
import { stepNode } from '../plan/node.ts';
import type { StepNode } from '../plan/types.ts';
import type { DiskMediumKind, DiskSpec, Recipe } from '../recipe/types.ts';
import { grubDiskNode } from '../steps/grub-disk.ts';
import { fontsFor } from '../steps/grub-fonts.ts';
import { kernelFor } from '../steps/signed-kernel.ts';
import { signingFiles } from '../steps/signing.ts';
import { carriedOnVolume } from './carried.ts';
import { type DiskOptions, diskStep } from './disk-step.ts';
import { placeExtras } from './extras.ts';
import { menuBoot } from './menu-boot.ts';
import { grubFiles, lockedScript, slotsScript } from './package-files.ts';
import type { MediumParts } from './types.ts';

/** What of a recipe a disk depends on. */
export type DiskRecipe = Pick<Recipe, 'name' | 'version' | 'boot' | 'paths'> & {
  readonly kernel: Pick<Recipe['kernel'], 'cmdline'>;
};

/** The settings of a medium that is a disk. */
export function diskSpec(recipe: Pick<Recipe, 'media'>, kind: DiskMediumKind): DiskSpec {
  const spec = recipe.media[kind];
  if (spec === undefined) throw new Error(`the recipe has no media.${kind}`);
  return spec;
}

/** The node of a disk image. Media with the same settings share it. Its artifact holds `diskOutput`. */
export function diskNode(
  recipe: DiskRecipe,
  parts: MediumParts,
  kind: DiskMediumKind,
  spec: DiskSpec,
): StepNode {
  const { name, version, boot, kernel, paths } = recipe;
  const { label, size, slotSize, dataSize, dataSizeAsked } = spec;
  // The boot loader outlives the slots' contents, so it is not that of one version.
  const mediumId = digestOf({ name, label, disk: true }).slice(0, 16);
  const { 'early.cfg.in': earlyConfig, ...menuFiles } = grubFiles();
  if (earlyConfig === undefined) throw new Error('grub/early.cfg.in is missing');
  const { tools, epoch } = parts;
  const extras = placeExtras(parts.extras);
  const carried = placeExtras(carriedOnVolume(parts.carried, paths.systems), 'carried:');
  const options: DiskOptions = {
    ...{ name, version, label, mediumId, size, slotSize, dataSize, dataSizeAsked },
    carried: carried.made,
    boot: menuBoot(boot, kernel.cmdline, paths.systems),
    fonts: fontsFor([name, version, ...boot.entries.map(({ title }) => title)]),
    wordFrom: 'slot_word',
    made: extras.made,
    given: extras.given,
  };
  return stepNode(diskStep, {
    title: `write the disk ${label}`,
    slot: `disk ${kind}`,
    options: options as unknown as Json,
    inputs: {
      kernel: kernelFor(boot.secure, parts.kernel),
      initrd: parts.initrd,
      grub: grubDiskNode({
        ...{ tools, mediumId, earlyConfig },
        ...{ secure: boot.secure, locked: lockedScript() },
      }),
      ...extras.inputs,
      ...carried.inputs,
    },
    files: { ...menuFiles, 'slots.cfg.in': slotsScript(), ...extras.files, ...signingFiles(boot.secure) },
    tools,
    epoch,
  });
}
