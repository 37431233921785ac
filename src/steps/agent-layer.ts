import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FailedError } from '../base/errors.ts';
import { sha256 } from '../base/json.ts';
import type { PeConfigService } from '../base/pe-config.ts';
import { type FileEntry, Tree } from '../formats/tree.ts';
import { stepNode } from '../plan/node.ts';
import type { SourceFile, StepKind, StepNode } from '../plan/types.ts';
import type { LivefsFormat } from '../recipe/types.ts';
import { writeInsmodFiles } from './insmod-files.ts';
import { packLayer } from './livefs.ts';
import type { ModuleIndex } from './module-index.ts';
import { unpackWithDependencies } from './modules.ts';
import { kernelModules, withoutContent } from './modules-layer.ts';
import { digestsName } from './pe-layer.ts';
import { fileReader } from './read-file.ts';
import { saveTree } from './tree-file.ts';

/** Name of the layer: the fourth, `40-agent`. */
export const agentLayer = 'agent';

const folder = 'usr/lib/diskbios/agent';
const program = `${folder}/agent.js`;

/** How the supervisor starts it: as early as it can, again and again. */
const service: PeConfigService = {
  run: ['/usr/bin/qjs', '-m', `/${program}`],
  after: [],
  restart: 'always',
  env: {},
  enabled: true,
};

const portDriver = 'virtio_console';
/** The bus that the port's device is on, and the port's driver: those that are built in need no file. */
const drivers = ['virtio_pci', portDriver];

function checkDriver(index: ModuleIndex): void {
  if (index.files.has(portDriver) || index.builtin.has(portDriver)) return;
  throw new FailedError(
    'no-such-module',
    `kernel ${index.release} has no ${portDriver}, so the agent cannot be reached`,
    { hint: 'build without the agent, or with another kernel' },
  );
}

/**
 * The layer that only images built for test have: the agent, what starts it, and the modules that its port needs (with
 * their own load order, so that the recipe's modules and depmod's files stay as they are).
 */
export const agentLayerStep: StepKind = {
  name: 'agent-layer',
  version: 1,
  lateTools: true,
  async run(context, json) {
    const { format } = json as { format: LivefsFormat };
    using reader = fileReader();
    const { index } = kernelModules(context.inputs, reader);
    checkDriver(index);
    const root = join(context.scratch, 'root');
    const chosen = drivers.filter((name) => index.files.has(name));
    await unpackWithDependencies(context, index, chosen, new Set(), root, reader);
    const dir = join(context.scratch, 'modules');
    const modules = writeInsmodFiles(index, chosen, root, dir, reader);

    const source = context.files['agent'];
    if (source === undefined) throw new Error('the agent layer has no agent');
    const owner = { mode: 0o644, uid: 0, gid: 0, origin: agentLayer };
    const common = { ...owner, type: 'file', mtime: context.epoch } as const;
    const entry = (path: string, file: string): FileEntry => ({
      ...common,
      path,
      size: statSync(file).size,
      content: { file, offset: 0 },
    });
    const config = Buffer.from(`${JSON.stringify(service, null, 1)}\n`);
    const tree = new Tree();
    tree.add(entry(program, source.path));
    for (const name of modules) tree.add(entry(`${folder}/modules/${name}`, join(dir, name)));
    tree.add({
      ...common,
      path: 'etc/diskbios/services.d/agent.json',
      size: config.length,
      content: { bytes: config },
    });

    await context.toolsReady();
    const entries = tree.list();
    await packLayer(context, format, entries);
    saveTree(join(context.out, 'tree.json'), entries.map(withoutContent));
    const files = entries.filter((item) => item.type === 'file');
    const digests = Object.fromEntries(files.map((item) => [item.path, sha256(reader.read(item))]));
    writeFileSync(join(context.out, digestsName), JSON.stringify(digests));
  },
};

export interface AgentLayerParts {
  /** The kernel's packages, or a step whose artifact looks like that of one. */
  readonly kernel: Readonly<Record<string, StepNode>>;
  readonly format: LivefsFormat;
  /** The agent, bundled for QuickJS. */
  readonly agent: SourceFile;
  readonly tools: StepNode;
  readonly epoch: number;
}

export function agentLayerNode({ kernel, format, agent, tools, epoch }: AgentLayerParts): StepNode {
  return stepNode(agentLayerStep, {
    title: 'pack the agent for tests',
    options: { format },
    inputs: kernel,
    files: { agent },
    tools,
    epoch,
  });
}
