import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '../base/json.ts';
import type { StepKind } from '../plan/types.ts';
import { grubImages } from '../steps/grub-images.ts';
import { withSignatureFiles } from '../steps/signing.ts';
import { type BootMenu, writeMarker, writePersonalPlace } from './boot-menu.ts';
import type { PlacedExtras } from './extras.ts';
import { derivedGuid, type IsoLayout, isoArguments, pathList, sortWeights } from './iso-arguments.ts';
import { isoFiles, isoPaths } from './iso-content.ts';
import { menuSources } from './menu-files.ts';

/** Name of the ISO in the artifact. */
export const isoOutput = 'image.iso';

export interface IsoOptions extends BootMenu, PlacedExtras {
  readonly mediumId: string;
  readonly label: string;
  readonly epoch: number;
}

/** Puts the medium together: one run of xorriso that reads every file where it lies. */
export const isoStep: StepKind = {
  name: 'iso',
  version: 3,
  async run(context, json) {
    const options = json as unknown as IsoOptions;
    const menu = await menuSources(context, options);
    const rendered = { ...menu.rendered, ...(await writeMarker(context, options)) };
    const layout: IsoLayout = {
      label: options.label,
      application: `${options.name} ${options.version}`,
      epoch: options.epoch,
      guid: derivedGuid(digestOf({ label: options.label, mediumId: options.mediumId, epoch: options.epoch })),
      files: withSignatureFiles(
        context,
        isoFiles({ ...menu, rendered }, await writePersonalPlace(context), options.boot.secure?.kind),
      ),
      biosImage: isoPaths.biosImage,
      hybridMbr: menu.grub.file(grubImages.hybridMbr),
      efiPartition: menu.grub.file(grubImages.efiPartition),
      output: join(context.out, isoOutput),
    };
    const lists = { paths: join(context.scratch, 'paths'), weights: join(context.scratch, 'weights') };
    await writeFile(lists.paths, pathList(layout));
    await writeFile(lists.weights, sortWeights(layout));
    await context.run(context.tool('usr/bin/xorriso', ...isoArguments(layout, lists)));
  },
};
