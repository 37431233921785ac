import {
  closeSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dataLabel } from '../base/cmdline.ts';
import { leastDisk } from '../base/disk-sizes.ts';
import { UserError } from '../base/errors.ts';
import { formatGrubEnv } from '../base/grub-env.ts';
import { sha256 } from '../base/json.ts';
import { personalPath } from '../base/personal.ts';
import { formatBytes } from '../base/sizes.ts';
import { gptPieces } from '../formats/gpt.ts';
import { grubBiosBoot } from '../formats/grub-bios.ts';
import type { Extent, Piece } from '../formats/piece.ts';
import { fillTemplate } from '../formats/template.ts';
import { thisMedium } from '../plan/this-medium.ts';
import type { StepContext, StepKind } from '../plan/types.ts';
import { writeExt4Files } from '../steps/ext4-files.ts';
import { writeExt4Partition } from '../steps/ext4-partition.ts';
import { parents } from '../steps/fat-image.ts';
import { writeFatPartition } from '../steps/fat-partition.ts';
import { grubDisk } from '../steps/grub-disk.ts';
import type { SecureMode } from '../steps/secure-loader.ts';
import { withSignatureFiles } from '../steps/signing.ts';
import { type BootMenu, writeMarker, writePersonalPlace } from './boot-menu.ts';
import { espFiles, espPaths, slotFiles } from './disk-content.ts';
import {
  carriedRoom,
  type DiskLayout,
  type DiskWishes,
  diskLayout,
  espCluster,
  slotCluster,
  slotNeeds,
  slotPartitions,
  usualSlot,
} from './disk-layout.ts';
import { derivedUuid, diskPartitions } from './disk-partitions.ts';
import { usedExtents } from './disk-used.ts';
import { extraFiles, type PlacedExtras, stepInput } from './extras.ts';
import { mediumPaths } from './medium-paths.ts';
import { menuSources } from './menu-files.ts';

/** Files of the artifact: the disk, sparse, and what of it means anything. */
export const diskOutput = { image: 'disk.img', used: 'used.json' } as const;

export interface DiskOptions extends BootMenu, PlacedExtras, DiskWishes {
  readonly mediumId: string;
  /** Volume name of the EFI system partition. */
  readonly label: string;
  /** `dataSize` is what the recipe says; else it grows by what travels on it. */
  readonly dataSizeAsked: boolean;
  /** What travels on the data file system, by absolute paths there. */
  readonly carried: PlacedExtras['made'];
}

/** Puts a disk together: each file is copied once, to its place in the image. */
export const diskStep: StepKind = {
  name: 'disk',
  version: 2,
  async run(context, json) {
    const asked = json as unknown as DiskOptions;
    const carried = extraFiles(context, { made: asked.carried, given: {} });
    const options = { ...asked, dataSize: dataSizeFor(asked, carried) };
    const files = withSignatureFiles(context, slotFiles(await menuSources(context, options)));
    const layout = layoutFor(files, options);
    const image = join(context.out, diskOutput.image);
    makeEmpty(image, layout.bytes);
    await Promise.all([
      writeFileSystems(context, image, layout, { files, options }),
      writeExt4Partition(context, image, {
        offset: layout.data.from,
        bytes: options.dataSize,
        label: dataLabel,
        uuid: derivedUuid(seedOf(context, options), 'data file system'),
      }).then(() =>
        Object.keys(carried).length === 0
          ? undefined
          : writeExt4Files(context, image, layout.data.from, carried),
      ),
    ]);
    writePieces(image, bootPieces(context, layout, seedOf(context, options)));
    const core = statSync(stepInput(context, 'grub').file(grubDisk.core)).size;
    const used = usedOf(image, layout, core);
    writeFileSync(join(context.out, diskOutput.used), JSON.stringify({ bytes: layout.bytes, used }));
  },
};

/** What the ids of file systems and partitions are made from: they differ from version to version. */
function seedOf(context: StepContext, { mediumId, version }: DiskOptions): string {
  return `${mediumId} ${version} ${context.epoch}`;
}

/** Bytes of the data file system, with what travels on it. Throws `UserError` where that does not fit what was asked for. */
function dataSizeFor(options: DiskOptions, carried: Readonly<Record<string, string>>): number {
  const { dataSize, dataSizeAsked } = options;
  const content = Object.values(carried).reduce((sum, file) => sum + statSync(file).size, 0);
  if (content === 0) return dataSize;
  const needs = carriedRoom(content);
  if (!dataSizeAsked) return dataSize + needs;
  if (dataSize >= needs) return dataSize;
  throw new UserError({
    code: 'data-too-small',
    message: `the templates that travel along take ${formatBytes(needs)} of the data file system, which has ${formatBytes(dataSize)}`,
    expected: 'a larger `data-size`; without one it is made large enough',
    recipePath: [...thisMedium, 'data-size'],
  });
}

/** Lays the disk out for these files; what was asked for and does not hold them is the user's mistake. */
function layoutFor(files: Record<string, string>, options: DiskOptions): DiskLayout {
  const sizes = Object.values(files).map((file) => statSync(file).size);
  const folders = new Set(Object.keys(files).flatMap(parents)).size;
  const slot = options.slotSize ?? usualSlot(sizes.reduce((sum, size) => sum + size, 0));
  const needs = slotNeeds(sizes, folders, slot);
  if (needs > slot) {
    throw new UserError({
      code: 'slot-too-small',
      message: `kernel, initrd and menu take ${formatBytes(needs)}, more than the slot of ${formatBytes(slot)}`,
      expected: 'a larger `slot-size`; without one it is made large enough',
      recipePath: [...thisMedium, 'slot-size'],
    });
  }
  const least = leastDisk(slot, options.dataSize);
  if (options.size !== undefined && options.size < least) {
    throw new UserError({
      code: 'image-too-small',
      message: `the disk needs ${formatBytes(least)}, more than the ${formatBytes(options.size)} asked for`,
      expected: `at least ${Math.ceil(least / 1024 ** 2)}MiB, or no \`size\``,
      hint: `two slots of ${formatBytes(slot)}, a data file system of ${formatBytes(options.dataSize)}, the boot loader`,
      recipePath: [...thisMedium, 'size'],
    });
  }
  return diskLayout(slot, options);
}

async function writeFileSystems(
  context: StepContext,
  image: string,
  { esp, slotA }: DiskLayout,
  { files, options }: { readonly files: Record<string, string>; readonly options: DiskOptions },
): Promise<void> {
  const { label } = options;
  const seed = seedOf(context, options);
  const shared = { ...(await writeMarker(context, options)), ...(await writePersonalPlace(context)) };
  // One after the other: mtools locks the image.
  await writeFatPartition(context, image, {
    ...{ offset: esp.from, bytes: esp.to - esp.from, cluster: espCluster, fat32: true },
    serial: sha256(`${seed} esp`).slice(0, 8),
    label,
    files: await efiFiles(context, options, shared),
  });
  const slot = slotA.to - slotA.from;
  await writeFatPartition(context, image, {
    ...{ offset: slotA.from, bytes: slot, cluster: slotCluster(slot), fat32: false },
    serial: sha256(`${seed} slot`).slice(0, 8),
    label: 'DISKBIOS',
    files,
  });
}

/** What is in the EFI system partition. Which slot is started changes, and cannot be signed. */
async function efiFiles(
  context: StepContext,
  { boot }: DiskOptions,
  marker: Record<string, string>,
): Promise<Record<string, string>> {
  const secure = boot.secure?.kind;
  const grub = stepInput(context, 'grub');
  const files = { ...espFiles(grub, await renderChooser(context, secure), secure), ...marker };
  const signed = Object.entries(withSignatureFiles(context, files));
  return Object.fromEntries(signed.filter(([path]) => path !== `${espPaths.environment}.sig`));
}

/** The script that chooses a slot, and the variables it starts with. */
async function renderChooser(
  context: StepContext,
  secure: SecureMode,
): Promise<{ config: string; environment: string }> {
  const template = context.files['slots.cfg.in'];
  if (template === undefined) throw new Error('the disk needs slots.cfg.in');
  const config = join(context.scratch, 'slots.cfg');
  const environment = join(context.scratch, 'grubenv');
  const script = fillTemplate(readFileSync(template.path, 'utf8'), {
    SLOT_A: String(slotPartitions.a),
    SLOT_B: String(slotPartitions.b),
    KERNEL: mediumPaths.kernel,
    INITRD: mediumPaths.initrd,
    PERSONAL: personalPath,
  });
  // The one file that cannot be signed is read for three words, which are compared with what they may be.
  const guarded = script.replaceAll('load_env --file', 'load_env --skip-sig --file');
  await writeFile(config, secure === 'own' ? guarded : script);
  await writeFile(environment, formatGrubEnv({ slot: 'a', slot_trial: '', slot_tries: '' }));
  return { config, environment };
}

function bootPieces(context: StepContext, layout: DiskLayout, seed: string): Piece[] {
  const grub = stepInput(context, 'grub');
  const sector = 512;
  const coreImage = readFileSync(grub.file(grubDisk.core));
  if (coreImage.length > layout.bios.to - layout.bios.from)
    throw new Error('GRUB does not fit its partition');
  const { bootCode, core } = grubBiosBoot(
    readFileSync(grub.file(grubDisk.boot)),
    coreImage,
    layout.bios.from / sector,
  );
  const disk = {
    sectors: layout.bytes / sector,
    guid: derivedUuid(seed, 'disk'),
    partitions: diskPartitions(layout, seed),
    bootCode,
  };
  return [...gptPieces(disk), { at: layout.bios.from, bytes: core }];
}

function makeEmpty(image: string, bytes: number): void {
  const fd = openSync(image, 'w');
  ftruncateSync(fd, bytes);
  closeSync(fd);
}

function writePieces(image: string, pieces: readonly Piece[]): void {
  const fd = openSync(image, 'r+');
  try {
    for (const { at, bytes } of pieces) writeSync(fd, bytes, 0, bytes.length, at);
  } finally {
    closeSync(fd);
  }
}

function usedOf(image: string, layout: DiskLayout, core: number): Extent[] {
  const fd = openSync(image, 'r');
  try {
    return usedExtents(
      (offset, length) => {
        const bytes = Buffer.alloc(length);
        return bytes.subarray(0, readSync(fd, bytes, 0, length, offset));
      },
      layout,
      core,
    );
  } finally {
    closeSync(fd);
  }
}
