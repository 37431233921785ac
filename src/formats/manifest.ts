import { gunzipSync, gzipSync } from 'node:zlib';
import { FailedError } from '../base/errors.ts';
import { canonicalJson, type Json } from '../base/json.ts';
import type { MemoryNeed } from '../base/memory-need.ts';
import type { Entry } from './tree.ts';

/** Where the manifest lies in an image. */
export const manifestPath = 'diskbios/manifest.json.gz';
export const manifestFormat = 1;

export interface ManifestPackage {
  readonly name: string;
  readonly version: string;
  readonly arch: string;
  /** Debian's source package. */
  readonly source: string;
  /** Path in the archive, relative to the mirror. */
  readonly path: string;
  /** Bytes of the package file. */
  readonly size: number;
  /** Bytes of its files in the image, unpacked; what was excluded is not counted. */
  readonly installedBytes: number;
  readonly sha256: string;
}

/** One read-only image of the livefs. */
export interface ManifestLayer {
  /** `10-packages`. */
  readonly name: string;
  /** `squashfs`, `erofs` or `cpio`. */
  readonly format: string;
  /** Bytes as packed. */
  readonly size: number;
}

export type ManifestFileType = Entry['type'];

export interface ManifestFile {
  /** Without a leading slash. */
  readonly path: string;
  readonly type: ManifestFileType;
  readonly size: number;
  readonly mode: number;
  readonly layer: string;
  /** Who put it there: `package lxc`, `template base`, `recipe file` … */
  readonly origin: string;
  /** Of a link: where it points. */
  readonly target?: string | undefined;
  /** Start of its SHA-256 (16 hex digits), where it was worth computing. */
  readonly digest?: string | undefined;
}

export interface ManifestEntry {
  readonly title: string;
  readonly mode: string;
  readonly cmdline: readonly string[];
}

/** What `pe.exclude` and the builder's own rules left out. */
export interface ManifestExcluded {
  /** The glob. */
  readonly pattern: string;
  readonly files: number;
  readonly bytes: number;
}

/** What an image is made of. Kept in the image (`diskbios/manifest.json.gz`) and beside it. */
export interface Manifest {
  readonly formatVersion: typeof manifestFormat;
  readonly name: string;
  readonly version: string;
  readonly arch: string;
  /** Version of diskbios that built it. */
  readonly builder: string;
  readonly suite: string;
  /** Seconds since 1970: the time that every file of the image has. */
  readonly epoch: number;
  /** Whether the image was built for test and carries the agent. */
  readonly agent: boolean;
  /** Over the layers but for the agent's. */
  readonly recipeDigest: string;
  readonly lockDigest: string;
  readonly kernel: { readonly version: string; readonly package: string };
  /** Names of the kernel modules in the image, in order. */
  readonly modules: readonly string[];
  readonly packages: readonly ManifestPackage[];
  readonly layers: readonly ManifestLayer[];
  readonly files: readonly ManifestFile[];
  readonly entries: readonly ManifestEntry[];
  readonly excluded: readonly ManifestExcluded[];
  /** Systems and templates that travel with the image; left out where there are none. */
  readonly carried?: ManifestCarried;
  /** What a machine needs for it, as predicted; older images do not say. */
  readonly memory?: MemoryNeed;
}

interface ManifestCarried {
  readonly templates: readonly { readonly name: string; readonly version: string }[];
  readonly systems: readonly {
    readonly name: string;
    readonly kind: string;
    readonly template: { readonly name: string; readonly version: string };
  }[];
}

export interface ManifestParts extends Omit<Manifest, 'formatVersion' | 'packages' | 'layers' | 'files'> {
  readonly packages: readonly Omit<ManifestPackage, 'installedBytes'>[];
  readonly layers: readonly (ManifestLayer & {
    readonly entries: Iterable<Entry>;
    /** Start of a file's SHA-256, for files that no package vouches for. */
    readonly digest?: ((entry: Extract<Entry, { type: 'file' }>) => string | undefined) | undefined;
  })[];
}

const packageOrigin = 'package ';
/** Modules are unpacked and chosen by the builder, which is then their origin; they are the kernel's all the same. */
const modulesOrigin = 'kernel modules';

/** The package that the modules come from: the one that is named after the kernel's version, else the one asked for. */
function modulesPackage({ kernel, packages }: ManifestParts): string {
  const named = packages.find(
    (pkg) => pkg.name.startsWith('linux-image-') && pkg.name.endsWith(kernel.version),
  );
  return named?.name ?? kernel.package;
}

const byName = (a: { name: string }, b: { name: string }): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
const byPath = (a: ManifestFile, b: ManifestFile): number =>
  a.path < b.path ? -1 : a.path > b.path ? 1 : a.layer < b.layer ? -1 : a.layer > b.layer ? 1 : 0;

/** Puts a manifest together: lists the layers' files and counts what each package takes. */
export function makeManifest(parts: ManifestParts): Manifest {
  const files: ManifestFile[] = [];
  const installed = new Map<string, number>();
  const kernel = modulesPackage(parts);
  const ownerOf = (origin: string): string | undefined => {
    if (origin === modulesOrigin) return kernel;
    return origin.startsWith(packageOrigin) ? origin.slice(packageOrigin.length) : undefined;
  };
  for (const layer of parts.layers) {
    for (const entry of layer.entries) {
      const { path, type, mode, origin } = entry;
      const size = entry.type === 'file' ? entry.size : 0;
      const target = entry.type === 'symlink' || entry.type === 'hardlink' ? entry.target : undefined;
      const digest = entry.type === 'file' ? layer.digest?.(entry)?.slice(0, 16) : undefined;
      files.push({ path, type, size, mode, layer: layer.name, origin, target, digest });
      const owner = ownerOf(origin);
      if (owner !== undefined) installed.set(owner, (installed.get(owner) ?? 0) + size);
    }
  }
  const { packages, layers, ...rest } = parts;
  return {
    ...rest,
    formatVersion: manifestFormat,
    modules: [...parts.modules].sort(),
    packages: packages.map((pkg) => ({ ...pkg, installedBytes: installed.get(pkg.name) ?? 0 })).sort(byName),
    layers: layers.map(({ name, format, size }) => ({ name, format, size })).sort(byName),
    files: files.sort(byPath),
  };
}

const letters: Readonly<Record<ManifestFileType, string>> = {
  file: 'f',
  dir: 'd',
  symlink: 'l',
  hardlink: 'h',
  char: 'c',
  block: 'b',
  fifo: 'p',
};
const types = new Map(Object.entries(letters).map(([type, letter]) => [letter, type as ManifestFileType]));

/** A file as it is kept: path, type letter, size, mode, index of layer, index of origin, target or digest. */
type Row = [string, string, number, number, number, number, string?];

/** The manifest as JSON text: one value, one text. Files are rows that refer to their layers and origins by number. */
export function manifestJson(manifest: Manifest): string {
  const { files, ...rest } = manifest;
  const layers = manifest.layers.map((layer) => layer.name);
  const origins = [...new Set(files.map((file) => file.origin))].sort();
  const layerIndex = new Map(layers.map((name, i) => [name, i]));
  const originIndex = new Map(origins.map((name, i) => [name, i]));
  const rows = files.map((file) => {
    const place = [layerIndex.get(file.layer) ?? -1, originIndex.get(file.origin) ?? -1] as const;
    const row: Row = [file.path, letters[file.type], file.size, file.mode, ...place];
    const last = file.target ?? file.digest;
    if (last !== undefined) row.push(last);
    return row as Json;
  });
  return canonicalJson({ ...rest, files: { origins, rows } } as unknown as Json);
}

/** Reads what `manifestJson` wrote. Throws `FailedError` for anything else. */
export function parseManifest(text: string): Manifest {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    throw new FailedError('bad-manifest', 'the manifest of the image is no JSON', { cause });
  }
  const kept = raw as Omit<Manifest, 'files' | 'agent'> & {
    agent?: boolean;
    files: { origins: string[]; rows: Row[] };
  };
  // JSON from an image may say anything, whatever the type above says.
  const format = kept.formatVersion as unknown;
  if (format !== manifestFormat) {
    throw new FailedError('bad-manifest', `the manifest of the image has format ${JSON.stringify(format)}`, {
      hint: `this diskbios reads format ${manifestFormat}; a newer one may read it`,
    });
  }
  const files = kept.files.rows.map(([path, letter, size, mode, layer, origin, last]): ManifestFile => {
    const type = types.get(letter) ?? 'file';
    return {
      path,
      type,
      size,
      mode,
      layer: kept.layers[layer]?.name ?? '',
      origin: kept.files.origins[origin] ?? '',
      target: type === 'file' ? undefined : last,
      digest: type === 'file' ? last : undefined,
    };
  });
  // Images of before the agent's time do not say.
  return { ...kept, agent: kept.agent ?? false, files };
}

/** gzip with nothing of the machine in its header (RFC 1952: no name, time 0, operating system unknown). */
export function plainGzip(data: string | Uint8Array): Buffer {
  const packed = gzipSync(data, { level: 9 });
  packed.writeUInt32LE(0, 4);
  packed[9] = 255;
  return packed;
}

export function packManifest(manifest: Manifest): Buffer {
  return plainGzip(manifestJson(manifest));
}

export function unpackManifest(bytes: Uint8Array): Manifest {
  return parseManifest(gunzipSync(bytes).toString('utf8'));
}
