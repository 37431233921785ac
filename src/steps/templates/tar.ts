import { basename, join } from 'node:path';
import { type Diagnostic, FailedError, UserError } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import { RootLayers } from '../../formats/root-layers.ts';
import { indexTar } from '../../formats/tar-index.ts';
import type { Entry } from '../../formats/tree.ts';
import { stepNode } from '../../plan/node.ts';
import type { Overlay, OverlayEntry } from '../../plan/source.ts';
import type { SourceFile, StepContext, StepKind, StepNode } from '../../plan/types.ts';
import { overlayEntry } from '../overlay-entry.ts';
import { fileReader, readAtOf } from '../read-file.ts';
import { decompress } from './decompress.ts';
import { writeRoot } from './root.ts';

interface TarOptions {
  /** Of the template. */
  readonly name: string;
  /** Of the archive, without its folder. */
  readonly archive: string;
  readonly strip: number;
  readonly overlay: readonly OverlayEntry[];
}

/** Without so many leading folders; what lies above goes. */
export function stripped(entries: readonly Entry[], strip: number): Entry[] {
  const cut = (path: string): string => path.split('/').slice(strip).join('/');
  return entries.flatMap((entry): Entry[] => {
    const path = cut(entry.path);
    if (path === '') return [];
    return [entry.type === 'hardlink' ? { ...entry, path, target: cut(entry.target) } : { ...entry, path }];
  });
}

/** Throws `UserError` where it is no root; a template has to have something to run. */
export function checkRoot(layers: RootLayers, what: string, recipePath: readonly string[]): void {
  if (['bin', 'sbin', 'usr'].some((one) => layers.has(one))) return;
  throw new UserError({
    code: 'no-root',
    message: `${what} holds no root file system: there is neither bin, sbin nor usr`,
    hint: 'where all lies below one folder, `strip: 1` leaves that out',
    recipePath,
  });
}

/** What is wrong with an archive, at its place in the recipe. */
export function placedError(error: unknown, recipePath: readonly string[]): unknown {
  if (!(error instanceof FailedError) || !error.code.startsWith('bad-')) return error;
  const { code, message, hint } = error;
  return new UserError({ code, message, hint, recipePath } satisfies Diagnostic);
}

/** A root from an archive of one: owners, modes, links and extended attributes as they are in it. */
export const tarRootStep: StepKind = {
  name: 'tar-root',
  version: 1,
  async run(context: StepContext, json: Json) {
    const { name, archive, strip, overlay } = json as unknown as TarOptions;
    const at = ['templates', name, 'tar'];
    const source = context.files['archive'];
    if (source === undefined) throw new Error('the template has no archive');
    const tar = join(context.scratch, 'archive.tar');
    using reader = fileReader();
    const layers = new RootLayers();
    try {
      await decompress(context, source.path, tar, archive);
      const found = indexTar({ file: tar, read: readAtOf(tar, reader), origin: archive, asWritten: true });
      layers.add(stripped(found, strip));
    } catch (error) {
      throw placedError(error, at);
    }
    checkRoot(layers, archive, at);
    layers.add(overlay.map((item) => overlayEntry(context, item)));
    writeRoot(context, layers.list(), { source: `tar:${archive}`, init: undefined, env: {} });
  },
};

export interface TarParts {
  readonly name: string;
  readonly path: string;
  readonly archive: SourceFile;
  readonly strip: number;
  readonly overlay: Overlay;
  readonly tools: StepNode;
  readonly epoch: number;
}

export function tarRootNode({ name, path, archive, strip, overlay, tools, epoch }: TarParts): StepNode {
  const options = { name, archive: basename(path), strip, overlay: overlay.entries };
  return stepNode(tarRootStep, {
    title: `read the template ${name} from ${basename(path)}`,
    slot: `template-root ${name}`,
    options: options as unknown as Json,
    files: { ...overlay.files, archive },
    tools,
    epoch,
  });
}
