import { join } from 'node:path';
import { FailedError } from '../base/errors.ts';
import { packageRoot } from '../base/package-root.ts';
import { version as builderVersion } from '../base/version.ts';
import type { Lock } from '../debian/lock-file.ts';
import type { LockedPackage } from '../debian/package.ts';
import { media } from '../media/registry.ts';
import type { StepFile } from '../media/types.ts';
import { sourceFile } from '../plan/source.ts';
import type { StepNode } from '../plan/types.ts';
import { inImage } from '../recipe/console-packages.ts';
import { microcodePackages } from '../recipe/hardware-packages.ts';
import { anyMachine, joinProfiles } from '../recipe/hardware-profiles.ts';
import { moduleProfiles } from '../recipe/module-profiles.ts';
import { isBootMedium, type MediumKind, mediaKinds, type Recipe } from '../recipe/types.ts';
import { agentLayer, agentLayerNode } from '../steps/agent-layer.ts';
import { carriedOf } from '../steps/carried.ts';
import { consoleNode } from '../steps/console.ts';
import { initrdNode } from '../steps/initrd.ts';
import { kernelNode } from '../steps/kernel.ts';
import type { HostToolchain } from '../steps/kernel-toolchain.ts';
import { manifestName, manifestNode } from '../steps/manifest.ts';
import { memoryNode } from '../steps/memory.ts';
import { microcodeNode } from '../steps/microcode.ts';
import { moduleFactsNode } from '../steps/module-facts.ts';
import { earlyModules, modulesLayerNode } from '../steps/modules-layer.ts';
import { packagesLayerNode } from '../steps/packages-layer.ts';
import { peLayerNode } from '../steps/pe-layer.ts';
import { type SbomOptions, sbomFiles, sbomNode } from '../steps/sbom.ts';
import { templateRootNode } from '../steps/template.ts';
import { toolsNode } from '../steps/tools.ts';
import { kernelInputs, kernelName } from './kernel-parts.ts';
import { agentProgram, peOverlay } from './layers.ts';

/** A file of the output folder and the step that makes it. */
export interface Target {
  /** File name in the output folder. */
  readonly name: string;
  readonly node: StepNode;
  /** File name in the node's artifact. */
  readonly file: string;
  /** It is a folder; with `root`, an archive in the artifact that is unpacked into it. */
  readonly folder?: boolean | undefined;
  readonly root?: string | undefined;
  /** The medium that this file is; `undefined`: it lies beside one. */
  readonly medium: MediumKind | undefined;
  /** What a virtual machine starts from instead of the medium's own file. */
  readonly startsFrom?: StepFile | undefined;
}

/** What of a recipe is wanted. */
export interface PlanWishes {
  /** Default: all media that the recipe describes. */
  readonly media?: readonly MediumKind[] | undefined;
  /** With the agent for tests in a layer of its own, and `-agent` in the files' names. */
  readonly agent?: boolean | undefined;
  /** What builds a kernel from source: the machine’s own programs instead of those of the lock. */
  readonly hostToolchain?: HostToolchain | undefined;
}

/** Everything a build of one recipe would do, as data. */
export interface BuildPlan {
  readonly recipe: Recipe;
  readonly lock: Lock;
  readonly epoch: number;
  readonly targets: readonly Target[];
  /** Predicts the memory that a machine needs for it; `undefined`: nothing of it starts a machine. */
  readonly memory?: StepNode | undefined;
  /** The modules for one certain machine, which warns of devices without a driver; `undefined`: the recipe is for none in particular. */
  readonly machineModules?: StepNode | undefined;
}

function required(packages: readonly LockedPackage[], name: string, recipe: Recipe): LockedPackage {
  const found = packages.find((pkg) => pkg.name === name);
  if (found === undefined) {
    throw new FailedError(
      'no-busybox',
      `${recipe.name} needs the package ${name}, which runs before the livefs`,
      {
        hint: `add ${name} to \`pe.packages\``,
      },
    );
  }
  return found;
}

/** The media that a recipe describes, or those of them that were asked for. */
export function chosenMedia(recipe: Recipe, asked: readonly MediumKind[] | undefined): MediumKind[] {
  return mediaKinds.filter((kind) => recipe.media[kind] !== undefined && (asked?.includes(kind) ?? true));
}

/** Recipe and lock → the graph of steps. Reads the recipe's own files (their digests are part of it), runs nothing. */
export function planBuild(recipe: Recipe, lock: Lock, epoch: number, wishes: PlanWishes = {}): BuildPlan {
  const withAgent = wishes.agent === true;
  const { pe, arch } = recipe;
  const format = pe.livefs;
  const tools = toolsNode('build', lock.tools.build);
  const packages = packagesLayerNode(lock.image, { format, arch, exclude: pe.exclude }, tools, epoch);
  const inputs = kernelInputs(recipe, lock, tools, wishes.hostToolchain);
  const { hardware } = recipe;
  const machine = hardware.from?.report;
  const { microcode: makers } = hardware;
  const microcodeFrom = makers.map((maker) => microcodePackages[maker]);
  const firmware = lock.firmware ?? [];
  const profile = joinProfiles(hardware.profiles);
  const modules = modulesLayerNode(
    inputs,
    {
      format,
      profile: [
        ...recipe.kernel.modules.profiles.flatMap((name) => moduleProfiles[name]?.patterns ?? []),
        ...profile.patterns,
        ...(machine === undefined ? [] : anyMachine),
      ],
      include: recipe.kernel.modules.include,
      exclude: recipe.kernel.modules.exclude,
      early: earlyModules[format],
      ...(hardware.firmware === 'none' && machine === undefined && firmware.length === 0
        ? {}
        : {
            hardware: {
              firmware: hardware.firmware === 'none' ? [] : hardware.firmware,
              licences: firmware.map(({ name }) => name).filter((name) => microcodeFrom.includes(name)),
              ...(machine === undefined
                ? {}
                : {
                    machine: {
                      ...{ modaliases: machine.modaliases, firmware: machine.firmware },
                      ...(recipe.kernel.from.kind === 'package' ? {} : { otherKernel: true as const }),
                    },
                  }),
            },
          }),
    },
    tools,
    epoch,
    {
      packages: firmware,
      facts: machine === undefined ? undefined : moduleFactsNode(inputs),
    },
  );
  const microcode = microcodeNode(
    firmware.filter(({ name }) => microcodeFrom.includes(name)),
    { small: profile.smallMicrocode, cpu: hardware.profiles.length > 0 ? undefined : machine?.cpu },
    epoch,
  );
  const identity = {
    name: recipe.name,
    version: recipe.version,
    codename: recipe.source.suite,
    hostname: pe.hostname,
    timezone: pe.timezone,
    users: usersOf(recipe),
  };
  const carried = carriedOf(recipe, lock, { tools, epoch });
  const overlay = peOverlay(recipe, carried?.list.id);
  const console = lock.console === undefined ? undefined : consoleNode(pe.console, lock.console);
  const top = peLayerNode({ packages, tools, format, arch, identity, overlay, console, epoch });
  const layers = [
    { name: 'packages', node: packages },
    { name: 'modules', node: modules },
    { name: 'pe', node: top },
    ...(withAgent
      ? [
          {
            name: agentLayer,
            node: agentLayerNode({ kernel: inputs, format, agent: agentProgram(), tools, epoch }),
          },
        ]
      : []),
  ];
  const kernel = kernelNode(inputs);
  const early = {
    init: sourceFile(join(packageRoot(), 'rootfs-templates', 'early', 'init')),
    busybox: required(lock.image, 'busybox-static', recipe),
  };
  const initrd = initrdNode({ format, layers, ...early, microcode, epoch });
  const chosen = chosenMedia(recipe, wishes.media);
  const memory = memoryNode({
    ...{ format, kernel, layers, init: early.init, microcode },
    bios: chosenMedia(recipe, undefined).some((kind) => kind !== 'uki'),
    signed: recipe.boot.secure.kind !== 'off',
    limit: recipe.hardware.memory,
  });
  const manifest = manifestNode({
    ...{ recipe, lock, epoch, layers, tools, memory },
    kernel: kernelName(recipe),
    carried: carried?.list,
  });
  const sbom = sbomNode(
    {
      name: recipe.name,
      version: recipe.version,
      suite: recipe.source.suite,
      builder: builderVersion,
      kernel: kernelName(recipe),
      epoch,
      packages: [...lock.image, ...lock.kernel, ...inImage(lock.console ?? []), ...firmware],
      ...(firmware.length === 0 ? {} : { firmware: firmware.map(({ name }) => name) }),
      tools: [...lock.tools.build, ...(lock.toolchain ?? [])],
      templates: templatePackages(recipe, lock),
    },
    tools,
    firmware.length === 0 ? undefined : modules,
  );
  const parts = {
    kernel,
    initrd,
    tools,
    qemuTools: toolsNode('qemu', lock.tools.qemu),
    layers,
    early,
    templateRoot: (name: string) => templateRootNode(recipe, lock, name, { tools, epoch }),
    carried,
    epoch,
    extras: {
      '/diskbios/manifest.json.gz': { node: manifest, file: manifestName },
      '/diskbios/sbom.spdx.json.gz': { node: sbom, file: sbomFiles.packed },
    },
  };
  const named = (name: string): string => (withAgent ? agentFileName(name) : name);
  const targets = chosen.flatMap((kind): Target[] => {
    const medium = media[kind];
    return medium.files(recipe, parts).map(({ name, node, file, folder, root }, n) => ({
      ...{ name: named(name), node, file, folder, root },
      medium: n === 0 ? kind : undefined,
      startsFrom: n === 0 ? medium.startsFrom?.(recipe, parts) : undefined,
    }));
  });
  const beside: Target = {
    name: named(`${recipe.name}.spdx.json`),
    node: sbom,
    file: sbomFiles.plain,
    medium: undefined,
  };
  const starts = chosen.some((kind) => kind === 'netboot' || isBootMedium(kind));
  return {
    ...{ recipe, lock, epoch, targets: [...targets, beside] },
    memory: starts ? memory : undefined,
    machineModules: machine === undefined ? undefined : modules,
  };
}

/** `box.iso` → `box-agent.iso`: nobody should ship such an image by mistake. */
export function agentFileName(name: string): string {
  return name.replace(/(\.spdx\.json|\.[a-z]\w*(\.(gz|xz|zst|bmap))?)?$/, '-agent$1');
}

/** The packages of Debian templates, for the bill of materials; left out where there are none. */
function templatePackages({ templates }: Recipe, lock: Lock): SbomOptions['templates'] {
  const found = Object.entries(lock.templates ?? {}).map(([name, packages]) => {
    const from = templates[name]?.from;
    return { name, suite: from?.kind === 'debian' ? from.suite : '', packages };
  });
  return found.length === 0 ? undefined : found;
}

/** The recipe's users, root among them with the keys of `pe.ssh-keys`. */
function usersOf(recipe: Recipe): Recipe['pe']['users'] {
  const { users, sshKeys } = recipe.pe;
  const root = users.find((user) => user.name === 'root') ?? {
    name: 'root',
    uid: 0,
    groups: [],
    home: '/root',
    shell: '/bin/sh',
    passwordHash: undefined,
    sshKeys: [],
  };
  const others = users.filter((user) => user.name !== 'root');
  return [{ ...root, sshKeys: [...new Set([...sshKeys, ...root.sshKeys])] }, ...others];
}
