import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { personalPath } from '../base/personal.ts';
import {
  type GrubBoot,
  type GrubPaths,
  type GrubTemplates,
  grubConfig,
  grubTemplates,
  systemsConfig,
} from '../formats/grub-cfg.ts';
import { emptyPersonalArea } from '../formats/personal-area.ts';
import { fillTemplate } from '../formats/template.ts';
import type { SourceFile, StepContext } from '../plan/types.ts';
import { terminalFont } from '../steps/grub-fonts.ts';
import { mediumMarker } from '../steps/grub-images.ts';
import { mediumPaths } from './medium-paths.ts';

export interface BootMenu {
  readonly name: string;
  readonly version: string;
  readonly boot: GrubBoot;
  /** Names of font files in the medium's fonts folder. */
  readonly fonts: readonly string[];
  /** A variable of GRUB's whose value is one more word of every kernel command line. */
  readonly wordFrom?: string | undefined;
  /** A variable of GRUB's whose value goes before every path. */
  readonly folderFrom?: string | undefined;
}

/** Writes `grub.cfg`, `systems.cfg` and `theme.txt` to scratch; gives their places by their paths on the medium. */
export async function renderMenu(context: StepContext, menu: BootMenu): Promise<Record<string, string>> {
  const texts = await Promise.all(
    grubTemplates.map(async (name) => [name, await text(context.files[`${name}.cfg.in`], name)] as const),
  );
  const templates = Object.fromEntries(texts) as GrubTemplates;
  const paths: GrubPaths = {
    kernel: mediumPaths.kernel,
    initrd: mediumPaths.initrd,
    theme: `${mediumPaths.theme}/theme.txt`,
    fonts: menu.fonts.map((font) => `${mediumPaths.fonts}/${font}`),
    terminalFont,
    memtestBios: mediumPaths.memtestBios,
    memtestEfi: mediumPaths.memtestEfi,
    systems: mediumPaths.systemsConfig,
    wordFrom: menu.wordFrom,
    folderFrom: menu.folderFrom,
  };
  const config = grubConfig(`${menu.name} ${menu.version}`, menu.boot, paths, templates);
  const systems = systemsConfig(menu.boot, paths, templates);
  const theme = fillTemplate(await text(context.files['theme/theme.txt.in'], 'theme'), {
    NAME: themeText(menu.name),
    VERSION: themeText(menu.version),
    KEYS: menu.boot.quiet === true ? '      v  all messages' : '',
  });
  const files = { 'grub.cfg': config, 'systems.cfg': systems, 'theme.txt': theme };
  await Promise.all(
    Object.entries(files).map(([name, content]) => writeFile(join(context.scratch, name), content)),
  );
  return {
    [mediumPaths.config]: join(context.scratch, 'grub.cfg'),
    [mediumPaths.systemsConfig]: join(context.scratch, 'systems.cfg'),
    [`${mediumPaths.theme}/theme.txt`]: join(context.scratch, 'theme.txt'),
  };
}

/** Writes the file by which GRUB knows a medium to scratch; gives its place by its path on the medium. */
export async function writeMarker(
  context: StepContext,
  medium: { readonly mediumId: string; readonly name: string; readonly version: string },
): Promise<Record<string, string>> {
  const file = join(context.scratch, 'marker');
  await writeFile(file, `${medium.name} ${medium.version}\n`);
  return { [mediumMarker(medium.mediumId)]: file };
}

/** Writes the file that `diskbios personalize` changes to scratch; gives its place by its path on the medium. */
export async function writePersonalPlace(context: StepContext): Promise<Record<string, string>> {
  const file = join(context.scratch, 'personal.cpio');
  await writeFile(file, emptyPersonalArea());
  return { [personalPath]: file };
}

/** The theme's pictures by their paths on the medium. */
export function themePictures(context: StepContext): Record<string, string> {
  return Object.fromEntries(
    Object.entries(context.files)
      .filter(([name]) => name.startsWith('theme/') && name.endsWith('.png'))
      .map(([name, file]) => [`${mediumPaths.theme}/${name.slice('theme/'.length)}`, file.path]),
  );
}

/** A theme's texts stand between double quotes, which nothing escapes. */
function themeText(value: string): string {
  return value.replaceAll('"', "'").replace(/\s+/g, ' ');
}

function text(file: SourceFile | undefined, name: string): Promise<string> {
  if (file === undefined) throw new Error(`the template ${name} is missing`);
  return readFile(file.path, 'utf8');
}
