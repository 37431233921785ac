import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { blobPath, type OciImage, type OciLayer, ociLayout } from '../formats/oci-image.ts';
import type { Entry } from '../formats/tree.ts';
import type { StepContext, StepKind } from '../plan/types.ts';
import type { OciSpec } from '../recipe/root-media-types.ts';
import { tarChunks } from '../steps/pack.ts';
import { packStream } from '../steps/pack-stream.ts';
import { fileReader } from '../steps/read-file.ts';
import { stepInput } from './extras.ts';
import { type OciLayerFacts, ociLayerOutput } from './oci-layer-step.ts';
import { templateFacts } from './root-source.ts';

/** What the artifact holds: the archive, or the folder of the layout. */
export const ociOutput = { archive: 'image.tar', folder: 'image' } as const;

export interface OciOptions extends Pick<OciImage, 'name' | 'tag' | 'title' | 'version' | 'architecture'> {
  readonly form: OciSpec['form'];
  readonly compress: OciSpec['compress'];
  /** Inputs, lowest first, and what they are. */
  readonly layers: readonly { readonly input: string; readonly title: string }[];
  readonly command: readonly string[] | undefined;
}

/** In containers, what is not asked for is found here. */
const usualPath = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const shell = ['/bin/sh'];

/** Puts an image together from its layers. */
export const ociStep: StepKind = {
  name: 'oci',
  version: 1,
  async run(context, json) {
    const options = json as unknown as OciOptions;
    const layers = options.layers.map(({ input, title }): OciLayer & { file: string } => {
      const artifact = stepInput(context, input);
      const facts = JSON.parse(readFileSync(artifact.file(ociLayerOutput.facts), 'utf8')) as OciLayerFacts;
      return { ...facts, title, file: artifact.file(ociLayerOutput.blob) };
    });
    const texts = ociLayout({ ...options, ...startOf(context, options), created: context.epoch, layers });
    if (options.form === 'folder') {
      const at = (path: string): string => join(context.out, ociOutput.folder, path);
      mkdirSync(dirname(at(blobPath('x'))), { recursive: true });
      for (const { path, text } of texts) writeFileSync(at(path), text);
      for (const { sha256, file } of layers) copyFileSync(file, at(blobPath(sha256)));
      return;
    }
    const entries = new Map(
      [
        ...texts.map(({ path, text }) => fileEntry(context, path, Buffer.from(text))),
        // The same layer twice is one file.
        ...layers.map((layer) => fileEntry(context, blobPath(layer.sha256), layer)),
      ].map((entry) => [entry.path, entry]),
    );
    using reader = fileReader();
    await packStream(context, tarChunks([...folders(context), ...entries.values()], reader), {
      compress: 'none',
      to: join(context.out, ociOutput.archive),
    });
  },
};

/** What a container runs, and its environment. */
function startOf(context: StepContext, { command }: OciOptions): Pick<OciImage, 'command' | 'env'> {
  const root = context.inputs['root'];
  const { init, env = {} } = root === undefined ? {} : templateFacts(root);
  const own = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return {
    command: command ?? init ?? shell,
    env: 'PATH' in env ? own : [usualPath, ...own],
  };
}

function folders({ epoch: mtime }: StepContext): Entry[] {
  return ['blobs', 'blobs/sha256'].map((path) => ({ ...common, mtime, path, type: 'dir', mode: 0o755 }));
}

const common = { uid: 0, gid: 0, origin: 'oci' };

function fileEntry(
  { epoch: mtime }: StepContext,
  path: string,
  from: Buffer | { readonly file: string; readonly bytes: number },
): Entry {
  const content = Buffer.isBuffer(from) ? { bytes: from } : { file: from.file, offset: 0 };
  const size = Buffer.isBuffer(from) ? from.length : from.bytes;
  return { ...common, mtime, path, type: 'file', mode: 0o644, size, content };
}
