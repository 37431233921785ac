import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../base/json.ts';
import type { LockedPackage } from '../debian/package.ts';
import { type SbomPackage, spdxDocument } from '../formats/spdx.ts';
import type { Entry, FileEntry } from '../formats/tree.ts';
import { stepNode } from '../plan/node.ts';
import type { Artifact, StepContext, StepKind, StepNode } from '../plan/types.ts';
import { writeGzip } from './gzip.ts';
import { readHardwareFacts } from './hardware-layer.ts';
import { type PackageControl, packageArtifacts, packageInputs } from './package.ts';
import { type FileReader, fileReader } from './read-file.ts';
import { loadEntries } from './tree-file.ts';

/** Names in the step's artifact. */
export const sbomFiles = { plain: 'sbom.spdx.json', packed: 'sbom.spdx.json.gz' } as const;

export interface SbomOptions {
  readonly name: string;
  readonly version: string;
  readonly suite: string;
  /** Version of diskbios. */
  readonly builder: string;
  /** Package that holds the kernel. */
  readonly kernel: string;
  readonly epoch: number;
  readonly packages: readonly LockedPackage[];
  /** Names of those of them that only firmware and microcode is taken from; left out where there are none. */
  readonly firmware?: readonly string[] | undefined;
  readonly tools: readonly LockedPackage[];
  /** Of Debian templates that travel along. */
  readonly templates?:
    | readonly {
        readonly name: string;
        readonly suite: string;
        readonly packages: readonly LockedPackage[];
      }[]
    | undefined;
}

interface ReadPackage {
  readonly control: string;
  /** What it has in `/usr/share/doc`, by path. */
  readonly docs: ReadonlyMap<string, Entry>;
}

const docFolder = 'usr/share/doc/';

function readPackages(inputs: Readonly<Record<string, Artifact>>): Map<string, ReadPackage> {
  return new Map(
    packageArtifacts(inputs).map(({ name, artifact }) => {
      const { control } = JSON.parse(readFileSync(artifact.file('control.json'), 'utf8')) as PackageControl;
      const docs = loadEntries(artifact.file('tree.json')).filter((entry) =>
        entry.path.startsWith(docFolder),
      );
      return [name, { control, docs: new Map(docs.map((entry) => [entry.path, entry])) }];
    }),
  );
}

/** A package's copyright file; packages of one source often link their folder, or the file, to another's. */
function copyrightOf(
  name: string,
  packages: ReadonlyMap<string, ReadPackage>,
  asked: readonly string[] = [],
): FileEntry | undefined {
  const docs = packages.get(name)?.docs;
  const folder = docs?.get(`${docFolder}${name}`);
  const found = folder?.type === 'symlink' ? folder : docs?.get(`${docFolder}${name}/copyright`);
  if (found?.type !== 'symlink') return found?.type === 'file' ? found : undefined;
  const other = found.target.replace(/\/copyright$/, '').replace(/^.*\//, '');
  return asked.includes(other) ? undefined : copyrightOf(other, packages, [...asked, name]);
}

function sbomPackage(
  pkg: LockedPackage,
  packages: ReadonlyMap<string, ReadPackage>,
  reader: FileReader,
): SbomPackage {
  const { name, version, arch, sha256, path } = pkg;
  const copyright = copyrightOf(name, packages);
  return {
    ...{ name, version, arch, sha256, path },
    control: packages.get(name)?.control,
    copyright: copyright === undefined ? undefined : reader.read(copyright).toString('utf8'),
  };
}

/** A package by what the lock knows of it. */
const unread = (pkg: LockedPackage): SbomPackage => ({ ...pkg, control: undefined, copyright: undefined });

const layerInput = 'layer modules';

/** Of the packages that firmware may come from, those that some came from. */
function withoutUnused(options: SbomOptions, layer: Artifact | undefined): SbomOptions {
  const used = layer === undefined ? undefined : readHardwareFacts(layer)?.packages;
  const unused = (options.firmware ?? []).filter((name) => used?.includes(name) !== true);
  return { ...options, packages: options.packages.filter(({ name }) => !unused.includes(name)) };
}

/** Writes the software bill of materials from the lock and what the packages say about themselves. */
export const sbomStep: StepKind = {
  name: 'sbom',
  version: 2,
  waits: true,
  lateTools: true,
  async run(context: StepContext, json: Json): Promise<void> {
    const options = withoutUnused(json as unknown as SbomOptions, context.inputs[layerInput]);
    const packages = readPackages(context.inputs);
    using reader = fileReader();
    const document = spdxDocument({
      ...options,
      packages: options.packages.map((pkg) => sbomPackage(pkg, packages, reader)),
      tools: options.tools.map(unread),
      templates: options.templates?.map((one) => ({ ...one, packages: one.packages.map(unread) })),
    });
    const text = `${JSON.stringify(document, null, 1)}\n`;
    writeFileSync(join(context.out, sbomFiles.plain), text);
    await context.toolsReady();
    await writeGzip(context, sbomFiles.packed, text);
  },
};

/** The step that writes `sbom.spdx.json`, and the same packed for the medium. */
/** @param layer that of the modules, which knows what firmware is in the image */
export function sbomNode(options: SbomOptions, tools: StepNode, layer?: StepNode): StepNode {
  return stepNode(sbomStep, {
    title: 'write the software bill of materials',
    options: options as unknown as Json,
    inputs: { ...packageInputs(options.packages), ...(layer === undefined ? {} : { [layerInput]: layer }) },
    tools,
  });
}
