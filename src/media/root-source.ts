import { readFileSync } from 'node:fs';
import { indexTar } from '../formats/tar-index.ts';
import { type Entry, Tree } from '../formats/tree.ts';
import type { Artifact, StepContext, StepNode } from '../plan/types.ts';
import type { RootOf } from '../recipe/root-media-types.ts';
import type { LivefsFormat, Recipe } from '../recipe/types.ts';
import { layerEntries } from '../steps/layer-contents.ts';
import { tarChunks } from '../steps/pack.ts';
import { type FileReader, readAtOf } from '../steps/read-file.ts';
import { type RootFacts, rootFiles } from '../steps/templates/root.ts';
import { stepInput } from './extras.ts';
import type { MediumParts } from './types.ts';

/** Which root a step reads, as part of its options. */
export interface RootSource {
  readonly format: LivefsFormat;
  /** Layers of the livefs, lowest first: inputs `layer NAME`. None: the input `root` holds a template's root. */
  readonly layers: readonly string[];
}

/** The options and inputs by which a step reads a root. */
export function rootSource(
  recipe: Recipe,
  parts: MediumParts,
  { of, modules }: { readonly of: RootOf; readonly modules: boolean },
): { source: RootSource; inputs: Record<string, StepNode> } {
  const format = recipe.pe.livefs;
  const template = templateOf(recipe, of);
  if (template !== undefined) {
    return { source: { format, layers: [] }, inputs: { root: parts.templateRoot(template) } };
  }
  const layers = parts.layers.filter(({ name }) => modules || name !== 'modules');
  return {
    source: { format, layers: layers.map(({ name }) => name) },
    inputs: Object.fromEntries(layers.map(({ name, node }) => [`layer ${name}`, node])),
  };
}

/** The template whose root is meant; `undefined`: the livefs. */
function templateOf(recipe: Recipe, of: RootOf): string | undefined {
  if (of.kind === 'livefs') return undefined;
  const name = of.kind === 'template' ? of.name : recipe.systems[of.name]?.template;
  return name === 'livefs' ? undefined : name;
}

/** The livefs's entries, later layers over earlier ones, with contents that lie in scratch. */
export async function livefsTree(context: StepContext, { format, layers }: RootSource): Promise<Tree> {
  const tree = new Tree();
  const all = await Promise.all(
    layers.map((name) =>
      layerEntries(context, format, { name, artifact: stepInput(context, `layer ${name}`) }),
    ),
  );
  for (const entry of all.flat()) tree.add(entry, 'replace');
  return tree;
}

/**
 * A root as a tar, in chunks that share one buffer.
 * @param more entries that it gets where it has nothing at their paths
 */
export async function rootTar(
  context: StepContext,
  source: RootSource,
  more: readonly Entry[],
  reader: FileReader,
): Promise<Iterable<Uint8Array>> {
  if (source.layers.length > 0) {
    const tree = await livefsTree(context, source);
    for (const entry of more) if (!tree.has(entry.path)) tree.add(entry);
    return tarChunks(tree.list(), reader);
  }
  const file = stepInput(context, 'root').file(rootFiles.tar);
  if (more.length === 0) return fileChunks(file, reader);
  const there = new Set(
    indexTar({ file, read: readAtOf(file, reader), origin: 'template' }).map(({ path }) => path),
  );
  return joined(
    tarChunks(
      more.filter(({ path }) => !there.has(path)),
      reader,
      'goes on',
    ),
    fileChunks(file, reader),
  );
}

/** What a template's root says of itself. */
export function templateFacts(root: Artifact): RootFacts {
  return JSON.parse(readFileSync(root.file(rootFiles.facts), 'utf8')) as RootFacts;
}

function* joined(...parts: readonly Iterable<Uint8Array>[]): Generator<Uint8Array> {
  for (const part of parts) yield* part;
}

const chunkSize = 1024 * 1024;

function* fileChunks(file: string, reader: FileReader): Generator<Uint8Array> {
  const read = readAtOf(file, reader);
  for (let at = 0; ; ) {
    const chunk = read(at, chunkSize);
    if (chunk.length === 0) return;
    yield chunk;
    at += chunk.length;
  }
}
