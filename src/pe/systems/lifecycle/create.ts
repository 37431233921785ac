import { UserError } from '../../../base/errors.ts';
import { parseJson } from '../../../base/parse-json.ts';
import {
  type EngineName,
  livefsTemplate,
  nameProblem,
  newSystem,
  type SystemFile,
  type SystemKind,
  type TemplateRef,
} from '../../../base/system.ts';
import { systemText } from '../../../base/system-file.ts';
import { isFolder, isThere, makeFolders, writeFile } from '../../host/files.ts';
import { readText } from '../../host.ts';
import type { SystemsDir } from '../../lib/systems/places.ts';
import { toUtf8 } from '../../lib/utf8.ts';
import { makeVolume } from '../archive/volume.ts';
import { type EngineFacts, usableFacts, usualFacts } from '../engines/facts.ts';
import { change, recover } from '../journal.ts';
import { locked } from '../lock.ts';
import { writableDir } from '../places.ts';
import { listSystems } from '../store.ts';
import type { FoundTemplate } from '../templates/find.ts';
import { withIds } from '../user-ids.ts';
import { giveIdentity } from './identity.ts';

export interface CreateWish {
  readonly name: string;
  /** `livefs`, a template's `name` or `name@version`, or the absolute path of a folder that holds a root. */
  readonly from: string;
  /** `undefined`: app on a template, os from a folder. */
  readonly kind: SystemKind | undefined;
  readonly engine: EngineName | undefined;
  /** `undefined`: home. */
  readonly dir: string | undefined;
  /** `memory=256MiB` … */
  readonly settings: readonly string[];
}

/** What a system is to stand on. */
export type Source =
  | { readonly kind: 'livefs'; readonly ref: TemplateRef }
  | ({ readonly kind: 'template' } & FoundTemplate)
  | { readonly kind: 'folder'; readonly folder: string };

/** Makes a system; resolves to where it is. A power cut at any instant leaves a whole system or none. */
export async function create(
  wish: CreateWish,
): Promise<{ readonly folder: string; readonly system: SystemFile }> {
  const wrong = nameProblem(wish.name);
  if (wrong !== undefined)
    throw mistake('bad-name', `${JSON.stringify(wish.name)} cannot be the name of a system: ${wrong}`);
  const dir = writableDir(wish.dir);
  return locked(wish.name, async () => {
    await recover(dir);
    checkFree(wish.name, dir);
    const source = await sourceOf(wish.from, dir);
    const system = await plan(wish, source);
    await change(dir, { operation: 'create', subject: wish.name }, async ({ work, paths }) => {
      await build(`${work}/new`, wish.name, system, source);
      return { commit: [{ kind: 'move', from: `${paths.work}/new`, to: wish.name }] };
    });
    return { folder: `${dir.path}/${wish.name}`, system };
  });
}

const mistake = (code: string, message: string, hint?: string): UserError =>
  new UserError({ code, message, hint });

/** Nothing may be there, a system or anything else; nor a system of that name in another directory. */
export function checkFree(name: string, dir: SystemsDir): void {
  const other = listSystems().find((one) => one.name === name)?.folder;
  const there = isThere(`${dir.path}/${name}`) ? `${dir.path}/${name}` : other;
  if (there !== undefined)
    throw mistake('name-taken', `${there} is there already`, 'choose another name, or: systemx destroy');
}

async function sourceOf(from: string, dir: SystemsDir): Promise<Source> {
  if (from === livefsTemplate) {
    const pe = parseJson(readText('/etc/diskbios/pe.json')) as { version?: string } | undefined;
    return { kind: 'livefs', ref: { name: livefsTemplate, version: pe?.version ?? '0' } };
  }
  if (!from.startsWith('/')) {
    const { findTemplate } = await import('../templates/find.ts');
    return { kind: 'template', ...(await findTemplate(from, dir)) };
  }
  if (!isFolder(from)) throw mistake('no-such-folder', `${from} is no folder`);
  if (!isThere(`${from}/bin`) && !isThere(`${from}/sbin`) && !isThere(`${from}/usr`))
    throw mistake('no-root', `${from} holds no root file system: it has neither bin, sbin nor usr`);
  return { kind: 'folder', folder: from };
}

async function plan(wish: CreateWish, source: Source): Promise<SystemFile> {
  const kind = wish.kind ?? (source.kind === 'folder' ? 'os' : 'app');
  if (kind === 'app' && source.kind === 'folder')
    throw mistake(
      'no-template',
      'an app system lives on a template, and a folder is none',
      'systemx template add, or --kind os',
    );
  const first = wish.engine === undefined ? usualFacts() : usableFacts(wish.engine);
  const base: SystemFile = {
    ...newSystem,
    kind,
    template: source.kind === 'folder' ? undefined : source.ref,
    init: source.kind === 'template' ? source.init : undefined,
    env: source.kind === 'template' ? source.env : {},
    engine: first.name,
    network: networkFor(first),
    created: Date.now(),
  };
  const system = wish.settings.length === 0 ? base : await withSettings(base, wish.settings);
  return withIds(system);
}

/** Their code is long to read and mostly not needed. */
async function withSettings(base: SystemFile, settings: readonly string[]): Promise<SystemFile> {
  const { applySettings } = await import('../../../base/apply-settings.ts');
  const { system, mistakes } = applySettings(base, settings);
  if (mistakes.length > 0) throw new UserError(mistakes);
  usableFacts(system.engine);
  return system;
}

const networkFor = (engine: EngineFacts): SystemFile['network'] => {
  const [kind] = engine.networks;
  return kind === 'host' || kind === 'none' ? { kind } : newSystem.network;
};

async function build(folder: string, name: string, system: SystemFile, source: Source): Promise<void> {
  makeFolders(folder);
  const root = `${folder}/${system.kind === 'os' ? 'rootfs' : 'delta'}`;
  if (system.kind === 'app') {
    await makeVolume(root);
    makeFolders(`${folder}/work`);
  } else {
    const { copyRoot } = await import('./own-root.ts');
    await copyRoot(source, root);
  }
  giveIdentity(root, { name, kind: system.kind, fromLivefs: source.kind === 'livefs' });
  writeFile(`${folder}/system.json`, toUtf8(systemText(system)));
}
