import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Diagnostic, UserError } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import { nearest } from '../base/suggest.ts';
import type { LockedPackage } from '../debian/package.ts';
import { type Entry, Tree } from '../formats/tree.ts';
import { driverlessDevices, driverlessText } from '../hardware/driverless.ts';
import { type FirmwareNeed, lackingWarnings } from '../hardware/firmware.ts';
import { aliasIndex } from '../hardware/modalias.ts';
import { stepNode } from '../plan/node.ts';
import type { Artifact, StepKind, StepNode } from '../plan/types.ts';
import type { LivefsFormat } from '../recipe/types.ts';
import { addFirmware, firmwareInput, type HardwareOptions, writeHardwareFacts } from './hardware-layer.ts';
import { writeInsmodFiles } from './insmod-files.ts';
import { packLayer } from './livefs.ts';
import { factsInput, readAliases } from './module-aliases.ts';
import { indexModules, type ModuleIndex, matchModules, modinfoValues } from './module-index.ts';
import { unpackedPath, unpackWithDependencies } from './modules.ts';
import { packageArtifacts, packageNode } from './package.ts';
import { type FileReader, fileReader } from './read-file.ts';
import { loadEntries, saveTree } from './tree-file.ts';

/** Options of the step. */
export interface ModulesOptions {
  readonly format: LivefsFormat;
  /** Patterns of profiles: one that matches nothing is no mistake, since kernels differ. */
  readonly profile: readonly string[];
  /** Patterns that the recipe's author wrote: each must match. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Modules that early init needs before the livefs is there, in no order. */
  readonly early: readonly string[];
  /** Left out where there is nothing of the kind. */
  readonly hardware?: HardwareOptions;
}

/** The modules that make a livefs of this format the root. */
export const earlyModules: Readonly<Record<LivefsFormat, readonly string[]>> = {
  squashfs: ['loop', 'squashfs', 'overlay'],
  erofs: ['loop', 'erofs', 'overlay'],
  cpio: ['overlay'],
};

/** The merged tree of the kernel's packages. */
export function kernelTree(inputs: Readonly<Record<string, Artifact>>): Tree {
  const tree = new Tree();
  for (const { artifact } of packageArtifacts(inputs)) {
    for (const entry of loadEntries(artifact.file('tree.json'))) tree.add(entry);
  }
  return tree;
}

/** The modules of the kernel's packages, and the files that list them (`modules.builtin` …). */
export function kernelModules(
  inputs: Readonly<Record<string, Artifact>>,
  reader: FileReader,
): { index: ModuleIndex; lists: Entry[] } {
  const tree = kernelTree(inputs);
  const lists = tree.list().filter((entry) => /^usr\/lib\/modules\/[^/]+\/modules\./.test(entry.path));
  const builtin = lists.find((entry) => entry.path.endsWith('/modules.builtin'));
  const text = builtin?.type === 'file' ? reader.read(builtin).toString('utf8') : '';
  return { index: indexModules(tree, text), lists };
}

/** Modules named by the recipe; a pattern of the author's that matches nothing is a mistake with a place. */
function choose(
  index: ModuleIndex,
  options: ModulesOptions,
  forMachine: readonly string[],
): { chosen: Set<string>; excluded: Set<string> } {
  const chosen = new Set(options.profile.flatMap((pattern) => matchModules(index, pattern)));
  const mistakes: Diagnostic[] = [];
  const take = (key: 'include' | 'exclude', into: Set<string>): void => {
    options[key].forEach((pattern, i) => {
      const names = matchModules(index, pattern);
      const isBuiltin = index.builtin.has(pattern.replaceAll('-', '_'));
      if (names.length === 0 && !isBuiltin) {
        const near = nearest(pattern.replaceAll('-', '_'), index.files.keys());
        mistakes.push({
          code: 'no-such-module',
          message: `no module of kernel ${index.release} matches \`${pattern}\``,
          expected: 'a module name, or a path or glob below kernel/ such as `drivers/net/ethernet/intel/**`',
          hint: near === undefined ? undefined : `did you mean \`${near}\`?`,
          recipePath: ['kernel', 'modules', key, i],
        });
      }
      for (const name of names) into.add(name);
    });
  };
  const excluded = new Set<string>();
  take('include', chosen);
  take('exclude', excluded);
  if (mistakes.length > 0) throw new UserError(mistakes);
  for (const name of options.early) if (index.files.has(name)) chosen.add(name);
  for (const name of forMachine) if (index.files.has(name)) chosen.add(name);
  return { chosen, excluded };
}

/** Files of depmod that nothing in the PE reads. */
const dropped = new Set(['modules.symbols', 'modules.symbols.bin', 'modules.order']);

/**
 * The layer with the chosen kernel modules, unpacked (the layer's own compression serves them faster than xz), and
 * depmod's files over exactly these. Also `early/`, for the initrd, and `modules.json`, their names.
 */
export const modulesLayerStep: StepKind = {
  name: 'modules-layer',
  version: 4,
  bulk: true,
  waits: true,
  lateTools: true,
  async run(context, json) {
    const options = json as unknown as ModulesOptions;
    using reader = fileReader();
    const { index, lists } = kernelModules(context.inputs, reader);
    const { hardware } = options;
    const facts = context.inputs[factsInput];
    const aliases = facts === undefined ? undefined : aliasIndex(readAliases(facts));
    const modaliases = hardware?.machine?.modaliases ?? [];
    const forMachine = modaliases.flatMap((modalias) => aliases?.modules(modalias) ?? []);
    const { chosen, excluded } = choose(index, options, forMachine);

    const root = join(context.scratch, 'root');
    const base = `usr/lib/modules/${index.release}`;
    mkdirSync(join(root, base), { recursive: true });
    symlinkSync('usr/lib', join(root, 'lib'));
    const names = await unpackWithDependencies(context, index, chosen, excluded, root, reader);
    for (const entry of lists)
      if (entry.type === 'file') writeFileSync(join(root, entry.path), reader.read(entry));
    await context.toolsReady();
    await context.run(context.tool('usr/sbin/depmod', '-b', root, index.release));

    const { epoch } = context;
    const layer = new Tree();
    const addFile = (path: string, file: string): void => {
      const { size } = statSync(file);
      const origin = 'kernel modules';
      const common = { path, mode: 0o644, uid: 0, gid: 0, mtime: epoch, origin };
      layer.add({ ...common, type: 'file', size, content: { file, offset: 0 } });
    };
    for (const name of readdirSync(join(root, base)).sort()) {
      if (name.startsWith('modules.') && !dropped.has(name))
        addFile(`${base}/${name}`, join(root, base, name));
    }
    for (const name of names) {
      const entry = index.files.get(name);
      if (entry !== undefined) addFile(entry.path.replace(/\.xz$/, ''), unpackedPath(root, entry));
    }
    if (hardware !== undefined) {
      const needs = names.map((module): FirmwareNeed => {
        const entry = index.files.get(module);
        const bytes = entry === undefined ? Buffer.alloc(0) : readFileSync(unpackedPath(root, entry));
        return { module, firmware: modinfoValues(bytes, 'firmware') };
      });
      const found = addFirmware(layer, context.inputs, needs, hardware);
      const isThere = new Set([...names, ...index.builtin]);
      const driverless =
        aliases === undefined ? [] : driverlessDevices(modaliases, aliases, (name) => isThere.has(name));
      const known = hardware.machine?.otherKernel !== true;
      const warnings = lackingWarnings(found.lacking);
      for (const message of warnings)
        context.warn({ code: 'no-firmware', message, recipePath: ['hardware'] });
      for (const device of driverless)
        context.warn({
          code: 'no-driver',
          message: driverlessText(device, known),
          recipePath: ['hardware', 'from'],
        });
      writeHardwareFacts(context.out, {
        packages: [...found.packages, ...hardware.licences].sort(),
        firmware: found.entries.map(({ path }) => path.slice('usr/lib/firmware/'.length)),
        driverless: driverless.map((device) => driverlessText(device, known)),
      });
    }
    await packLayer(context, options.format, layer.list());
    writeInsmodFiles(index, options.early, root, join(context.out, 'early'), reader);
    writeFileSync(
      join(context.out, 'modules.json'),
      JSON.stringify({ release: index.release, modules: names }),
    );
    saveTree(join(context.out, 'tree.json'), layer.list().map(withoutContent));
  },
};

/** For listings: the content stays in the layer's image. */
export function withoutContent(entry: Entry): Entry {
  return entry.type === 'file' ? { ...entry, content: { bytes: new Uint8Array() } } : entry;
}

interface HardwareParts {
  /** What firmware and microcode come from. */
  readonly packages: readonly LockedPackage[];
  /** What the modules drive, where they are to be found by the devices of one machine. */
  readonly facts: StepNode | undefined;
}

const noHardware: HardwareParts = { packages: [], facts: undefined };

/** @param inputs the kernel's packages, or a step whose artifact looks like that of one */
export function modulesLayerNode(
  inputs: Readonly<Record<string, StepNode>>,
  options: ModulesOptions,
  tools: StepNode,
  epoch: number,
  hardware: HardwareParts = noHardware,
): StepNode {
  const packagesOfFirmware = hardware.packages.map(
    (pkg) => [`${firmwareInput}${pkg.name}`, packageNode(pkg)] as const,
  );
  return stepNode(modulesLayerStep, {
    title: 'choose kernel modules and pack them',
    options: { ...options } as unknown as Json,
    inputs: {
      ...inputs,
      ...Object.fromEntries(packagesOfFirmware),
      ...(hardware.facts === undefined ? {} : { [factsInput]: hardware.facts }),
    },
    tools,
    epoch,
  });
}
