import {
  closeSync,
  existsSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { folderPaths, parseFolderFacts } from '../base/folder-medium.ts';
import { blobPath } from '../formats/oci-image.ts';
import type { Entry } from '../formats/tree.ts';
import { entriesOf, packingHead, packingOf, unpackBytes } from './root-archive.ts';

/** A file, folder or link of a root. */
export interface RootFile {
  /** Without a leading slash. */
  readonly path: string;
  readonly type: Entry['type'];
  readonly size: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly target: string | undefined;
}

export interface RootLayer {
  /** `sha256:…`, of an image. */
  readonly digest: string | undefined;
  /** Bytes as it is packed. */
  readonly bytes: number;
  readonly files: readonly RootFile[];
}

/** A medium that is a root rather than something that boots. */
export interface RootReport {
  readonly file: string;
  readonly bytes: number;
  readonly form: 'image' | 'archive' | 'folder';
  /** Of an image with its tag. */
  readonly name: string | undefined;
  /** Lowest first. */
  readonly layers: readonly RootLayer[];
}

/** Disks are packed as well, and an OVA is a tar too. */
const named = /\.(tar|tgz|tar\.gz|tar\.zst|wsl)$/;

/** Reads a root: an archive, an OCI image (an archive or a layout), a folder; `undefined` where it is something else. */
export function describeRoot(path: string): RootReport | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  if (stat.isDirectory()) return describeFolder(path);
  if (!stat.isFile() || !named.test(path) || packingOf(headOf(path)) === undefined) return undefined;
  const tar = unpackBytes(readFileSync(path), path);
  if (packingOf(tar) !== 'plain') return undefined;
  const entries = entriesOf(tar, path);
  const common = { file: path, bytes: stat.size };
  const inside = new Map(entries.map((entry) => [entry.path, entry]));
  if (!inside.has('index.json')) {
    const layer = { digest: undefined, bytes: stat.size, files: entries.map(rootFile) };
    return { ...common, form: 'archive', name: undefined, layers: [layer] };
  }
  const read = (name: string): Buffer => {
    const entry = inside.get(name);
    if (entry?.type !== 'file' || 'bytes' in entry.content) throw new Error(`${path} lacks ${name}`);
    return tar.subarray(entry.content.offset, entry.content.offset + entry.size);
  };
  return { ...common, form: 'image', ...describeLayout(read) };
}

function describeFolder(path: string): RootReport | undefined {
  if (existsSync(join(path, 'oci-layout'))) {
    const layout = describeLayout((name) => readFileSync(join(path, name)));
    return { file: path, bytes: bytesOf(layout.layers), form: 'image', ...layout };
  }
  const facts = join(path, folderPaths.facts);
  const { name, version } = (existsSync(facts) && parseFolderFacts(readFileSync(facts, 'utf8'))) || {};
  if (name === undefined || version === undefined) return undefined;
  const files = walk(join(path, folderPaths.root), '');
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  return {
    ...{ file: path, bytes, form: 'folder', name: `${name} ${version}` },
    layers: [{ digest: undefined, bytes, files }],
  };
}

interface Descriptor {
  readonly digest: string;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The first image of a layout; `read` gives its files. */
function describeLayout(read: (name: string) => Buffer): Pick<RootReport, 'name' | 'layers'> {
  const json = (name: string): unknown => JSON.parse(read(name).toString('utf8'));
  const blob = ({ digest }: Descriptor): string => blobPath(digest.replace(/^sha256:/, ''));
  const { manifests } = json('index.json') as { manifests: [Descriptor] };
  const { layers } = json(blob(manifests[0])) as { layers: Descriptor[] };
  const { annotations = {} } = manifests[0];
  return {
    name: annotations['io.containerd.image.name'] ?? annotations['org.opencontainers.image.ref.name'],
    layers: layers.map((layer) => ({
      ...{ digest: layer.digest, bytes: layer.size },
      files: entriesOf(unpackBytes(read(blob(layer)), layer.digest), layer.digest).map(rootFile),
    })),
  };
}

/** What is seen of a root: later layers' files in the place of earlier ones', in order. */
export function visibleFiles({ layers }: Pick<RootReport, 'layers'>): RootFile[] {
  const files = new Map(layers.flatMap((layer) => layer.files).map((file) => [file.path, file]));
  return [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function rootFile(entry: Entry): RootFile {
  const { path, type, mode, uid, gid } = entry;
  const target = type === 'symlink' || type === 'hardlink' ? entry.target : undefined;
  return { path, type, mode, uid, gid, size: type === 'file' ? entry.size : 0, target };
}

function walk(root: string, below: string): RootFile[] {
  return readdirSync(join(root, below))
    .sort()
    .flatMap((name): RootFile[] => {
      const path = below === '' ? name : `${below}/${name}`;
      const at = join(root, path);
      const stat = lstatSync(at);
      const type = stat.isDirectory() ? 'dir' : stat.isSymbolicLink() ? 'symlink' : 'file';
      const common = { path, type, mode: stat.mode & 0o7777, uid: stat.uid, gid: stat.gid } as const;
      if (type === 'symlink') return [{ ...common, size: 0, target: readlinkSync(at) }];
      const own = { ...common, size: type === 'file' ? stat.size : 0, target: undefined };
      return type === 'dir' ? [own, ...walk(root, path)] : [own];
    });
}

function bytesOf(layers: readonly RootLayer[]): number {
  return layers.reduce((sum, { bytes }) => sum + bytes, 0);
}

function headOf(path: string): Buffer {
  const head = Buffer.alloc(packingHead);
  const fd = openSync(path, 'r');
  try {
    return head.subarray(0, readSync(fd, head));
  } finally {
    closeSync(fd);
  }
}
