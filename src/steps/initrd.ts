import { closeSync, openSync, readdirSync, readFileSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { FailedError } from '../base/errors.ts';
import { rootShareTag } from '../base/folder-medium.ts';
import type { LockedPackage } from '../debian/package.ts';
import { cpioPadding } from '../formats/cpio.ts';
import type { Entry } from '../formats/tree.ts';
import { stepNode } from '../plan/node.ts';
import type { Artifact, SourceFile, StepContext, StepKind, StepNode } from '../plan/types.ts';
import type { LivefsFormat } from '../recipe/types.ts';
import { layerImage } from './livefs.ts';
import { microcodeArchive } from './microcode.ts';
import { cpioChunks } from './pack.ts';
import { packageArtifacts, packageInput, packageNode } from './package.ts';
import { type FileReader, fileReader } from './read-file.ts';
import { loadEntries } from './tree-file.ts';

interface InitrdOptions {
  readonly format: LivefsFormat;
  /** Names of the layers, lowest first: inputs `layer NAME`. */
  readonly layers: readonly string[];
  /** An archive of microcode comes before all else: the input `microcode`. */
  readonly microcode?: true;
  /** The root is a folder that the machine outside shares under this tag; the input `owners` has a script for it. */
  readonly share?: { readonly tag: string; readonly script: string };
}

const common = { uid: 0, gid: 0, origin: 'initrd' };

function input(context: StepContext, name: string): Artifact {
  const artifact = context.inputs[name];
  if (artifact === undefined) throw new Error(`the initrd has no input ${name}`);
  return artifact;
}

function fileEntry(path: string, mode: number, mtime: number, file: string): Entry {
  return {
    ...common,
    path,
    type: 'file',
    mode,
    mtime,
    size: statSync(file).size,
    content: { file, offset: 0 },
  };
}

/** What is there before the livefs is: early init, and the folders and the console node that the kernel wants. */
function baseEntries(context: StepContext): Entry[] {
  const { epoch: mtime } = context;
  const init = context.files['init'];
  if (init === undefined) throw new Error('the initrd has no early init');
  const dirs = ['dev', 'proc', 'sys', 'run'].map((path) => folder(path, mtime));
  const console: Entry = {
    ...common,
    path: 'dev/console',
    type: 'char',
    mode: 0o600,
    mtime,
    major: 5,
    minor: 1,
  };
  return [...dirs, console, fileEntry('init', 0o755, mtime, init.path)];
}

/** The statically linked busybox of the package, which runs before any library is there. */
function busyboxEntry(context: StepContext): Entry {
  const artifact = packageArtifacts(context.inputs)[0]?.artifact;
  const entries = artifact === undefined ? [] : loadEntries(artifact.file('tree.json'));
  const entry = entries.find((e) => e.path === 'usr/bin/busybox');
  if (entry?.type !== 'file')
    throw new FailedError('no-busybox', 'busybox-static brings no /usr/bin/busybox');
  return { ...entry, path: 'bin/busybox', mtime: context.epoch, origin: 'initrd' };
}

function folder(path: string, mtime: number): Entry {
  return { ...common, path, type: 'dir', mode: 0o755, mtime };
}

/** The modules that make the livefs the root. */
function moduleEntries(context: StepContext): Entry[] {
  const { epoch: mtime } = context;
  const early = input(context, 'layer modules').file('early');
  const modules = readdirSync(early)
    .sort()
    .map((name) => fileEntry(`early-modules/${name}`, 0o644, mtime, join(early, name)));
  return [folder('early-modules', mtime), ...modules];
}

/** The layers as images in `/livefs`, and busybox, which mounts them. */
function imageEntries(context: StepContext, { format, layers }: InitrdOptions): Entry[] {
  const { epoch: mtime } = context;
  const image = layerImage(format);
  const images = layers.map((layer, i) =>
    fileEntry(
      `livefs/${image.replace('layer', `${(i + 1) * 10}-${layer}`)}`,
      0o644,
      mtime,
      input(context, `layer ${layer}`).file(image),
    ),
  );
  return [folder('bin', mtime), busyboxEntry(context), folder('livefs', mtime), ...images];
}

/** A layer that is a folder of the machine outside: its name is all that early init needs. */
function shareEntries(context: StepContext, { tag, script }: NonNullable<InitrdOptions['share']>): Entry[] {
  const { epoch: mtime } = context;
  const content = { bytes: new Uint8Array() };
  const layer = { ...common, path: `livefs/${tag}.virtiofs`, mode: 0o644, mtime, size: 0, content };
  return [
    ...[folder('bin', mtime), busyboxEntry(context), folder('livefs', mtime)],
    { ...layer, type: 'file' },
    fileEntry('owners.sh', 0o644, mtime, input(context, 'owners').file(script)),
  ];
}

/** Writes the parts of the initrd one after the other. */
function* segments(context: StepContext, options: InitrdOptions, reader: FileReader): Generator<Uint8Array> {
  if (options.microcode === true) {
    const bytes = readFileSync(input(context, 'microcode').file(microcodeArchive));
    yield bytes;
    yield cpioPadding(bytes.length);
  }
  const own = [...baseEntries(context), ...moduleEntries(context)];
  if (options.share !== undefined) {
    yield* cpioChunks([...own, ...shareEntries(context, options.share)], reader);
    return;
  }
  if (options.format !== 'cpio') {
    yield* cpioChunks([...own, ...imageEntries(context, options)], reader);
    return;
  }
  for (const layer of options.layers) {
    const bytes = readFileSync(input(context, `layer ${layer}`).file(layerImage('cpio')));
    yield bytes;
    // A segment that follows another must start on a 4-byte boundary.
    yield Buffer.alloc((4 - (bytes.length % 4)) % 4);
  }
  yield* cpioChunks(own, reader);
}

/**
 * The initrd: one uncompressed cpio with the layers' images (compressed already) and what mounts them, so that nothing
 * is compressed twice and the kernel only copies. With the plain cpio format the layers are archives themselves.
 */
export const initrdStep: StepKind = {
  name: 'initrd',
  version: 3,
  bulk: true,
  run(context, options) {
    using reader = fileReader();
    const out = openSync(join(context.out, 'initrd.img'), 'w');
    try {
      let done = 0;
      for (const chunk of segments(context, options as unknown as InitrdOptions, reader)) {
        writeSync(out, chunk);
        done += chunk.length;
        context.progress(done);
      }
    } finally {
      closeSync(out);
    }
    return Promise.resolve();
  },
};

export interface InitrdParts {
  readonly format: LivefsFormat;
  /** Lowest first. One of them is `modules`. */
  readonly layers: readonly { readonly name: string; readonly node: StepNode }[];
  readonly init: SourceFile;
  readonly busybox: LockedPackage;
  readonly microcode?: StepNode | undefined;
  readonly epoch: number;
}

export function initrdNode(parts: InitrdParts): StepNode {
  return stepNode(initrdStep, {
    title: 'put the initrd together',
    options: {
      ...{ format: parts.format, layers: parts.layers.map((layer) => layer.name) },
      ...(parts.microcode === undefined ? {} : { microcode: true }),
    },
    inputs: {
      ...Object.fromEntries(parts.layers.map((layer) => [`layer ${layer.name}`, layer.node])),
      [packageInput(parts.busybox.name)]: packageNode(parts.busybox),
      ...(parts.microcode === undefined ? {} : { microcode: parts.microcode }),
    },
    files: { init: parts.init },
    epoch: parts.epoch,
  });
}

export interface SharedRootParts extends Pick<InitrdParts, 'init' | 'busybox' | 'epoch'> {
  /** The layer of modules, for those that come before the root. */
  readonly modules: StepNode;
  /** The script that gives the root's files their owners. */
  readonly owners: { readonly node: StepNode; readonly file: string };
}

/** An initrd without a root: it takes a folder that the machine outside shares by virtiofs. */
export function sharedRootInitrdNode({ init, busybox, epoch, modules, owners }: SharedRootParts): StepNode {
  return stepNode(initrdStep, {
    title: 'put the initrd for a shared folder together',
    slot: 'initrd for a shared folder',
    options: { format: 'squashfs', layers: [], share: { tag: rootShareTag, script: owners.file } },
    inputs: {
      'layer modules': modules,
      owners: owners.node,
      [packageInput(busybox.name)]: packageNode(busybox),
    },
    files: { init },
    epoch,
  });
}
