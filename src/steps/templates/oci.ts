import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { FailedError } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import { startOf } from '../../base/oci/start.ts';
import { RootLayers } from '../../formats/root-layers.ts';
import { indexTar } from '../../formats/tar-index.ts';
import { stepNode } from '../../plan/node.ts';
import { type Overlay, type OverlayEntry, sourceFile } from '../../plan/source.ts';
import type { SourceFile, StepContext, StepKind, StepNode } from '../../plan/types.ts';
import { overlayEntry } from '../overlay-entry.ts';
import { type FileReader, fileReader, readAtOf } from '../read-file.ts';
import { decompress, sha256OfFile } from './decompress.ts';
import { type ImageParts, openImage, partFile, partsOfArchive, partsOfFolder } from './oci-image.ts';
import { writeRoot } from './root.ts';
import { checkRoot, placedError } from './tar.ts';

interface OciOptions {
  readonly name: string;
  readonly image: string;
  readonly tag: string | undefined;
  readonly arch: string;
  readonly overlay: readonly OverlayEntry[];
}

const archive = 'archive';
const prefix = 'layout/';

/** Without an archive, the files are those of a layout in a folder. */
async function imageParts(context: StepContext, image: string, reader: FileReader): Promise<ImageParts> {
  const packed = context.files[archive];
  if (packed === undefined) {
    const files = Object.entries(context.files).filter(([key]) => key.startsWith(prefix));
    return partsOfFolder(Object.fromEntries(files.map(([key, file]) => [key.slice(prefix.length), file])));
  }
  const tar = join(context.scratch, 'image.tar');
  await decompress(context, packed.path, tar, image);
  const entries = indexTar({ file: tar, read: readAtOf(tar, reader), origin: image, asWritten: true });
  // `docker save` links a layer to an equal one.
  const layers = new RootLayers();
  layers.add(entries.filter(({ type }) => type === 'file' || type === 'hardlink' || type === 'symlink'));
  const found = entries.map(({ path }) => ({ path, entry: layers.find(path) }));
  return partsOfArchive(
    found.flatMap(({ path, entry }) => (entry?.type === 'file' ? [{ ...entry, path }] : [])),
  );
}

/** A root from an OCI image: its layers laid over each other, with what its program needs to start. */
export const ociRootStep: StepKind = {
  name: 'oci-root',
  version: 1,
  async run(context, json) {
    const { name, image, tag, arch, overlay } = json as unknown as OciOptions;
    const at = ['templates', name, 'oci'];
    using reader = fileReader();
    const layers = new RootLayers();
    try {
      const { config, layers: parts } = openImage(
        await imageParts(context, image, reader),
        arch,
        tag,
        reader,
      );
      for (const [n, part] of parts.entries()) {
        const layer = `layer ${n + 1} of ${parts.length} of ${image}`;
        const tar = join(context.scratch, `layer-${n}.tar`);
        await decompress(context, partFile(part, context.scratch, `packed-${n}`, reader), tar, layer);
        if ((await sha256OfFile(tar)) !== config.layers[n])
          throw new FailedError('bad-image', `${layer} is not what its digest says`);
        layers.add(indexTar({ file: tar, read: readAtOf(tar, reader), origin: layer, asWritten: true }), {
          whiteouts: true,
        });
      }
      checkRoot(layers, image, at);
      const start = startOf(config, (path) => {
        const found = layers.find(path);
        return found?.type === 'file' && (found.mode & 0o111) !== 0;
      });
      for (const note of start.notes)
        context.warn({
          code: 'image-start',
          message: `the image of the template ${name}: ${note}`,
          recipePath: at,
        });
      layers.add(overlay.map((item) => overlayEntry(context, item)));
      writeRoot(context, layers.list(), { source: `oci:${image}`, init: start.init, env: start.env });
    } catch (error) {
      throw placedError(error, at);
    }
  },
};

/** The files of an image that a step depends on. */
function imageFiles(path: string): Record<string, SourceFile> {
  if (!statSync(path).isDirectory()) return { [archive]: sourceFile(path) };
  const names = ['index.json', ...below(path, 'blobs/sha256')];
  const there = names.filter(
    (name) => statSync(join(path, name), { throwIfNoEntry: false })?.isFile() === true,
  );
  return Object.fromEntries(there.map((name) => [`${prefix}${name}`, sourceFile(join(path, name))]));
}

function below(path: string, folder: string): string[] {
  if (statSync(join(path, folder), { throwIfNoEntry: false }) === undefined) return [];
  return readdirSync(join(path, folder))
    .sort()
    .map((name) => `${folder}/${name}`);
}

export interface OciParts {
  readonly name: string;
  readonly path: string;
  readonly tag: string | undefined;
  readonly arch: string;
  readonly overlay: Overlay;
  readonly tools: StepNode;
  readonly epoch: number;
}

export function ociRootNode({ name, path, tag, arch, overlay, tools, epoch }: OciParts): StepNode {
  const options = { name, image: basename(path), tag, arch, overlay: overlay.entries };
  return stepNode(ociRootStep, {
    title: `read the template ${name} from the image ${basename(path)}`,
    slot: `template-root ${name}`,
    options: options as unknown as Json,
    files: { ...overlay.files, ...imageFiles(path) },
    tools,
    epoch,
  });
}
