import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FailedError } from '../base/errors.ts';
import { readCpio } from '../formats/cpio.ts';
import { readPseudoFile } from '../formats/pseudo-file.ts';
import type { Content, Entry, FileEntry } from '../formats/tree.ts';
import type { Artifact, StepContext } from '../plan/types.ts';
import type { LivefsFormat } from '../recipe/types.ts';
import { layerImage } from './livefs.ts';
import { fileReader, readAtOf } from './read-file.ts';
import { loadEntries } from './tree-file.ts';

/** Finds the contents of a layer's files by their paths. */
type ContentOf = (entry: FileEntry) => Content | undefined;

/** Takes a layer's image apart, below a path of scratch that is not there yet. */
const unpackers: Readonly<
  Record<LivefsFormat, (context: StepContext, image: string, to: string) => Promise<ContentOf>>
> = {
  async squashfs(context, image, to) {
    await context.run(context.tool('usr/bin/unsquashfs', '-quiet', '-no-progress', '-pf', to, image));
    using reader = fileReader();
    const contents = readPseudoFile(readAtOf(to, reader));
    return ({ path, size }) => {
      const found = contents.get(path);
      return found?.size === size ? { file: to, offset: found.offset } : undefined;
    };
  },
  async erofs(context, image, to) {
    // Owners and modes are in the listing; nobody without rights could set them.
    const how = ['--no-preserve', `--extract=${to}`];
    await context.run(context.tool('usr/bin/fsck.erofs', ...how, image));
    return ({ path, size }) => {
      const file = join(to, path);
      return statSync(file, { throwIfNoEntry: false })?.size === size ? { file, offset: 0 } : undefined;
    };
  },
  async cpio(context, image, to) {
    await context.run(context.tool('usr/bin/zstd', '-q', '-d', '-o', to, image));
    const { records } = readCpio(await readFile(to));
    const contents = new Map(
      records.map(({ entry }) => [entry.path, entry.type === 'file' ? entry.content : undefined]),
    );
    return ({ path }) => contents.get(path);
  },
};

/**
 * The entries of a packed layer of the livefs with their contents, which lie in scratch: what is shipped, whoever made it.
 * @param name of the layer, for scratch
 */
export async function layerEntries(
  context: StepContext,
  format: LivefsFormat,
  layer: { readonly name: string; readonly artifact: Artifact },
): Promise<Entry[]> {
  const { name, artifact } = layer;
  const contentOf = await unpackers[format](
    context,
    artifact.file(layerImage(format)),
    join(context.scratch, `layer-${name}`),
  );
  return loadEntries(artifact.file('tree.json')).map((entry) => {
    if (entry.type !== 'file' || entry.size === 0) return entry;
    const content = contentOf(entry);
    if (content === undefined) {
      throw new FailedError('bad-layer', `the layer ${name} lacks the contents of /${entry.path}`);
    }
    return { ...entry, content };
  });
}
