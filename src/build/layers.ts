import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { MissingError } from '../base/errors.ts';
import { packageRoot } from '../base/package-root.ts';
import type { PeConfig } from '../base/pe-config.ts';
import { fileOverlay, joinOverlays } from '../plan/file-overlay.ts';
import { type Overlay, type OverlayEntry, overlayFrom, sourceFile } from '../plan/source.ts';
import type { SourceFile } from '../plan/types.ts';
import type { PeConsole, Recipe } from '../recipe/types.ts';

/** Where the PE's own programs lie in the livefs. */
const programsDir = 'usr/lib/diskbios';
/** The one of them that lies in a layer of its own, which images for use do not have. */
const agentName = 'agent.js';

/** Folder of the PE's programs, bundled for QuickJS by `npm run build`. */
function bundles(): string {
  const dir = join(packageRoot(), 'dist', 'pe');
  if (!existsSync(join(dir, agentName)))
    throw new MissingError("the PE's programs have not been built", 'npm run build');
  return dir;
}

/** The agent for tests. */
export function agentProgram(): SourceFile {
  return sourceFile(join(bundles(), agentName));
}

function programs(): Overlay {
  const dir = bundles();
  const overlay: Overlay = { entries: [], files: {} };
  for (const name of readdirSync(dir).sort()) {
    if (name === agentName) continue;
    const key = `program/${name}`;
    overlay.files[key] = sourceFile(join(dir, name));
    overlay.entries.push({
      path: `${programsDir}/${name}`,
      type: 'file',
      mode: 0o644,
      uid: 0,
      gid: 0,
      origin: 'diskbios',
      source: key,
    });
  }
  return overlay;
}

/** The short name of a template folder, for messages. */
function templateName(recipe: Recipe): string {
  return relative(join(packageRoot(), 'rootfs-templates'), recipe.pe.template).replace(/^\.\.\/.*\//, '');
}

/** What is said of font and keymap. */
function screenOf({ font, keymap }: PeConsole): Pick<PeConfig, 'screen'> {
  if (font === undefined && keymap === undefined) return {};
  return {
    screen: {
      ...(font === undefined ? {} : { font: font === 'auto' ? 'auto' : 'always' }),
      ...(keymap === undefined ? {} : { keymap: true }),
    },
  };
}

/** `/etc/diskbios/pe.json`. */
function peConfig(recipe: Recipe, carried: string | undefined): PeConfig {
  const root = recipe.pe.users.find((user) => user.name === 'root');
  const hasKeys = recipe.pe.sshKeys.length > 0 || (root?.sshKeys.length ?? 0) > 0;
  return {
    name: recipe.name,
    version: recipe.version,
    hostname: recipe.pe.hostname,
    systemsDir: recipe.paths.systems,
    consoles: recipe.boot.consoles,
    ...screenOf(recipe.pe.console),
    rootLogin: root?.passwordHash !== undefined ? 'hash' : hasKeys ? 'locked' : 'one-time',
    services: recipe.pe.services,
    network: recipe.pe.network as PeConfig['network'],
    ...(carried === undefined ? {} : { carried }),
  };
}

/**
 * What the template, the PE's programs and the recipe put into the livefs, later ones over earlier ones.
 * @param carried id of the list of what travels along
 */
export function peOverlay(recipe: Recipe, carried?: string): Overlay {
  const config: OverlayEntry = {
    path: 'etc/diskbios/pe.json',
    type: 'file',
    mode: 0o644,
    uid: 0,
    gid: 0,
    origin: 'diskbios',
    content: `${JSON.stringify(peConfig(recipe, carried), null, 1)}\n`,
  };
  const template = templateName(recipe);
  return joinOverlays([
    overlayFrom(recipe.pe.template, '', `template ${template}`, 'template'),
    programs(),
    { entries: [config], files: {} },
    ...recipe.pe.files.map(fileOverlay),
  ]);
}
