import { join } from 'node:path';
import type { Entry } from '../formats/tree.ts';
import { wslFiles } from '../formats/wsl-conf.ts';
import type { StepContext, StepKind } from '../plan/types.ts';
import type { RootCompression } from '../recipe/root-media-types.ts';
import { packStream } from '../steps/pack-stream.ts';
import { fileReader } from '../steps/read-file.ts';
import { type RootSource, rootTar } from './root-source.ts';

/** Name of the archive in the artifact. */
export const rootArchiveOutput = 'root.tar';

export interface RootArchiveOptions {
  readonly source: RootSource;
  readonly compress: RootCompression;
  /** Make it a distribution for WSL. */
  readonly wsl?: { readonly name: string; readonly hostname: string } | undefined;
}

/** Packs a root as one archive. */
export const rootArchiveStep: StepKind = {
  name: 'root-archive',
  version: 1,
  async run(context, json) {
    const { source, compress, wsl } = json as unknown as RootArchiveOptions;
    using reader = fileReader();
    const more = wsl === undefined ? [] : textEntries(context, wslFiles(wsl));
    await packStream(context, await rootTar(context, source, more, reader), {
      compress,
      to: join(context.out, rootArchiveOutput),
    });
  },
};

/** Small files that a medium adds; what the root has at these paths stays. */
function textEntries({ epoch: mtime }: StepContext, files: Readonly<Record<string, string>>): Entry[] {
  return Object.entries(files).map(([path, text]) => {
    const bytes = Buffer.from(text);
    const common = { path, mtime, mode: 0o644, uid: 0, gid: 0, origin: 'diskbios' };
    return { ...common, type: 'file', size: bytes.length, content: { bytes } };
  });
}
