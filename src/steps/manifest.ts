import { existsSync, readFileSync, statSync } from 'node:fs';
import type { CarriedFile } from '../base/carried.ts';
import { digestOf, type Json } from '../base/json.ts';
import type { MemoryNeed } from '../base/memory-need.ts';
import { version as builderVersion } from '../base/version.ts';
import type { Lock } from '../debian/lock-file.ts';
import { kernelWords } from '../formats/kernel-words.ts';
import { type ManifestParts, makeManifest, manifestJson } from '../formats/manifest.ts';
import type { FileEntry } from '../formats/tree.ts';
import { stepNode } from '../plan/node.ts';
import type { Artifact, StepContext, StepKind, StepNode } from '../plan/types.ts';
import { inImage } from '../recipe/console-packages.ts';
import type { LivefsFormat, Recipe } from '../recipe/types.ts';
import { agentLayer } from './agent-layer.ts';
import { writeGzip } from './gzip.ts';
import { layerImage } from './livefs.ts';
import { readMemory } from './memory.ts';
import type { PackagesLayerFacts } from './packages-layer.ts';
import { digestsName } from './pe-layer.ts';
import { loadEntries } from './tree-file.ts';

/** Name of the file in the artifact. */
export const manifestName = 'manifest.json.gz';

interface ManifestOptions {
  readonly facts: Omit<ManifestParts, 'layers' | 'modules' | 'excluded' | 'kernel' | 'memory'> & {
    readonly kernelPackage: string;
  };
  readonly format: LivefsFormat;
  readonly layers: readonly string[];
}

function readJson(context: StepContext, input: string, file: string): unknown {
  const artifact = context.inputs[input];
  if (artifact === undefined) throw new Error(`the manifest has no input ${input}`);
  return JSON.parse(readFileSync(artifact.file(file), 'utf8'));
}

/** SHA-256 of files that no package vouches for, by path. */
function digestsOf(artifact: Artifact): ((entry: FileEntry) => string | undefined) | undefined {
  const file = artifact.file(digestsName);
  if (!existsSync(file)) return undefined;
  const digests = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
  return (entry) => digests[entry.path];
}

function memoryOf(context: StepContext): MemoryNeed {
  const artifact = context.inputs['memory'];
  if (artifact === undefined) throw new Error('the manifest has no prediction of memory');
  return readMemory(artifact).need;
}

/** Lists what the image is made of. */
export const manifestStep: StepKind = {
  name: 'manifest',
  version: 4,
  async run(context, json) {
    const { facts, format, layers } = json as unknown as ManifestOptions;
    const { kernelPackage, ...rest } = facts;
    const { release, modules } = readJson(context, 'layer modules', 'modules.json') as {
      release: string;
      modules: string[];
    };
    const { excluded } = readJson(context, 'layer packages', 'packages.json') as PackagesLayerFacts;
    const manifest = makeManifest({
      ...rest,
      kernel: { version: release, package: kernelPackage },
      modules,
      excluded,
      memory: memoryOf(context),
      layers: layers.map((name, i) => {
        const artifact = context.inputs[`layer ${name}`];
        if (artifact === undefined) throw new Error(`the manifest has no layer ${name}`);
        return {
          name: `${(i + 1) * 10}-${name}`,
          format,
          size: statSync(artifact.file(layerImage(format))).size,
          entries: loadEntries(artifact.file('tree.json')),
          digest: digestsOf(artifact),
        };
      }),
    });
    await writeGzip(context, manifestName, manifestJson(manifest));
  },
};

interface ManifestNodeParts {
  readonly recipe: Recipe;
  /** Name of the package that the kernel is from. */
  readonly kernel: string;
  readonly lock: Lock;
  readonly epoch: number;
  readonly layers: readonly { readonly name: string; readonly node: StepNode }[];
  readonly tools: StepNode;
  readonly carried: CarriedFile | undefined;
  readonly memory: StepNode;
}

export function manifestNode(parts: ManifestNodeParts): StepNode {
  const { recipe, lock, epoch, layers, tools, carried, memory } = parts;
  const options = {
    facts: {
      name: recipe.name,
      version: recipe.version,
      arch: recipe.arch,
      builder: builderVersion,
      suite: recipe.source.suite,
      epoch,
      agent: layers.some((layer) => layer.name === agentLayer),
      // The same with and without the agent: what is tested is what is shipped.
      recipeDigest: digestOf(
        layers.filter((layer) => layer.name !== agentLayer).map((layer) => layer.node.id),
      ),
      lockDigest: digestOf(lock as unknown as Json),
      kernelPackage: parts.kernel,
      packages: [...lock.image, ...lock.kernel, ...inImage(lock.console ?? [])],
      entries: recipe.boot.entries.map((entry) => ({
        title: entry.title,
        mode: entry.mode,
        cmdline: kernelWords(entry, { ...recipe.boot, cmdline: recipe.kernel.cmdline }),
      })),
      ...(carried === undefined
        ? {}
        : {
            carried: {
              templates: carried.templates,
              systems: carried.systems.map(({ name, kind, template }) => ({ name, kind, template })),
            },
          }),
    },
    format: recipe.pe.livefs,
    layers: layers.map((layer) => layer.name),
  };
  return stepNode(manifestStep, {
    title: 'list what the image is made of',
    options: options as unknown as Json,
    inputs: { memory, ...Object.fromEntries(layers.map((layer) => [`layer ${layer.name}`, layer.node])) },
    tools,
    epoch,
  });
}
