import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type GrubBoot,
  type GrubPaths,
  type GrubTemplates,
  grubConfig,
  grubTemplates,
  systemsConfig,
} from '../formats/grub-cfg.ts';
import { fillTemplate } from '../formats/template.ts';
import type { SourceFile, StepContext } from '../plan/types.ts';
import { terminalFont } from '../steps/grub-fonts.ts';
import { mediumMarker } from '../steps/grub-images.ts';
import { isoPaths } from './iso-content.ts';

export interface BootMenu {
  readonly mediumId: string;
  readonly name: string;
  readonly version: string;
  readonly boot: GrubBoot;
  /** Names of font files in the medium's fonts folder. */
  readonly fonts: readonly string[];
}

/** Writes `grub.cfg`, `systems.cfg`, `theme.txt` and the medium's marker to scratch; gives their places by their paths on the medium. */
export async function renderMenu(context: StepContext, menu: BootMenu): Promise<Record<string, string>> {
  const texts = await Promise.all(
    grubTemplates.map(async (name) => [name, await text(context.files[`${name}.cfg.in`], name)] as const),
  );
  const templates = Object.fromEntries(texts) as GrubTemplates;
  const paths: GrubPaths = {
    kernel: isoPaths.kernel,
    initrd: isoPaths.initrd,
    theme: `${isoPaths.theme}/theme.txt`,
    fonts: menu.fonts.map((font) => `${isoPaths.fonts}/${font}`),
    terminalFont,
    memtestBios: isoPaths.memtestBios,
    memtestEfi: isoPaths.memtestEfi,
    systems: isoPaths.systemsConfig,
  };
  const config = grubConfig(`${menu.name} ${menu.version}`, menu.boot, paths, templates);
  const systems = systemsConfig(menu.boot, paths, templates);
  const theme = fillTemplate(await text(context.files['theme/theme.txt.in'], 'theme'), {
    NAME: themeText(menu.name),
    VERSION: themeText(menu.version),
  });
  const product = `${menu.name} ${menu.version}\n`;
  const files = { 'grub.cfg': config, 'systems.cfg': systems, 'theme.txt': theme, marker: product };
  await Promise.all(
    Object.entries(files).map(([name, content]) => writeFile(join(context.scratch, name), content)),
  );
  return {
    [isoPaths.config]: join(context.scratch, 'grub.cfg'),
    [isoPaths.systemsConfig]: join(context.scratch, 'systems.cfg'),
    [`${isoPaths.theme}/theme.txt`]: join(context.scratch, 'theme.txt'),
    [mediumMarker(menu.mediumId)]: join(context.scratch, 'marker'),
  };
}

/** The theme's pictures by their paths on the medium. */
export function themePictures(context: StepContext): Record<string, string> {
  return Object.fromEntries(
    Object.entries(context.files)
      .filter(([name]) => name.startsWith('theme/') && name.endsWith('.png'))
      .map(([name, file]) => [`${isoPaths.theme}/${name.slice('theme/'.length)}`, file.path]),
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
