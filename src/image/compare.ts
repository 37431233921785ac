import { createHash } from 'node:crypto';
import { compareVersions } from '../formats/debian-version.ts';
import type { Manifest, ManifestFile, ManifestPackage } from '../formats/manifest.ts';
import { hashFile } from '../store/meta.ts';
import { shellLine } from '../sys/run.ts';
import { describeImage, type ImageReport } from './describe.ts';
import type { ImageEntry } from './disk.ts';
import { type OpenImage, openImage } from './open.ts';

export interface PackageChange {
  readonly name: string;
  readonly how: 'added' | 'removed' | 'upgraded' | 'downgraded' | 'rebuilt';
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** Unpacked bytes in the image, second minus first. */
  readonly bytes: number;
}

export interface FileChange {
  readonly path: string;
  readonly how: 'added' | 'removed' | 'changed';
  /** Second minus first. */
  readonly bytes: number;
  /** What changed of it: `size`, `mode`, `contents`, `type`, `target`. */
  readonly what: readonly string[];
}

export interface ValueChange {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

export interface Comparison {
  /** Not one byte differs. */
  readonly identical: boolean;
  readonly from: { readonly file: string; readonly bytes: number };
  readonly to: { readonly file: string; readonly bytes: number };
  readonly values: readonly ValueChange[];
  readonly packages: readonly PackageChange[];
  /** Files of the medium. */
  readonly medium: readonly FileChange[];
  /** Files of the PE; empty where one of the images has no manifest. */
  readonly files: readonly FileChange[];
  /** Both images have a manifest. */
  readonly deep: boolean;
}

const byKey = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Pairs up two lists by a key, in the order of keys. */
function pairs<T>(
  a: readonly T[],
  b: readonly T[],
  key: (item: T) => string,
): [string, T | undefined, T | undefined][] {
  const left = new Map(a.map((item) => [key(item), item]));
  const right = new Map(b.map((item) => [key(item), item]));
  return [...new Set([...left.keys(), ...right.keys()])]
    .sort(byKey)
    .map((k) => [k, left.get(k), right.get(k)]);
}

function packageChange(name: string, from?: ManifestPackage, to?: ManifestPackage): PackageChange[] {
  const bytes = (to?.installedBytes ?? 0) - (from?.installedBytes ?? 0);
  const common = { name, from: from?.version, to: to?.version, bytes };
  if (from === undefined || to === undefined) {
    return [{ ...common, how: from === undefined ? 'added' : 'removed' }];
  }
  const order = compareVersions(from.version, to.version);
  if (order !== 0) return [{ ...common, how: order < 0 ? 'upgraded' : 'downgraded' }];
  return from.sha256 === to.sha256 ? [] : [{ ...common, how: 'rebuilt' }];
}

/** The files that are seen in the PE: a later layer's hides an earlier one's. */
function visible(manifest: Manifest): ManifestFile[] {
  const files = new Map<string, ManifestFile>();
  const layers = [...manifest.layers].sort((a, b) => byKey(a.name, b.name)).map((layer) => layer.name);
  for (const layer of layers) {
    for (const file of manifest.files) {
      if (file.layer !== layer) continue;
      // Folders of layers merge.
      if (file.type !== 'dir' || files.get(file.path)?.type !== 'dir') files.set(file.path, file);
    }
  }
  return [...files.values()];
}

function fileChange(path: string, from?: ManifestFile, to?: ManifestFile): FileChange[] {
  const bytes = (to?.size ?? 0) - (from?.size ?? 0);
  if (from === undefined || to === undefined) {
    return [{ path, how: from === undefined ? 'added' : 'removed', bytes, what: [] }];
  }
  const what: string[] = [];
  if (from.type !== to.type) what.push('type');
  if (from.size !== to.size) what.push('size');
  else if (from.digest !== undefined && to.digest !== undefined && from.digest !== to.digest)
    what.push('contents');
  if (from.mode !== to.mode) what.push('mode');
  if (from.target !== to.target) what.push('target');
  return what.length === 0 ? [] : [{ path, how: 'changed', bytes, what }];
}

interface HashedFile {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

function hashOf(image: OpenImage, entry: ImageEntry): string {
  const hash = createHash('sha256');
  const chunk = 4 * 1024 * 1024;
  for (let at = 0; at < entry.size; at += chunk) hash.update(image.contents(entry, chunk, at));
  return hash.digest('hex');
}

function hashedFiles(image: OpenImage): HashedFile[] {
  return image.entries
    .filter((entry) => entry.type === 'file')
    .map((entry) => ({ path: entry.path, size: entry.size, sha256: hashOf(image, entry) }));
}

function mediumChange(path: string, from?: HashedFile, to?: HashedFile): FileChange[] {
  const bytes = (to?.size ?? 0) - (from?.size ?? 0);
  if (from === undefined || to === undefined) {
    return [{ path, how: from === undefined ? 'added' : 'removed', bytes, what: [] }];
  }
  if (from.sha256 === to.sha256) return [];
  return [{ path, how: 'changed', bytes, what: [from.size === to.size ? 'contents' : 'size'] }];
}

function facts(manifest: Manifest | undefined): Record<string, string> {
  const { name = '', version = '', builder = '' } = manifest ?? {};
  return { name, version, 'built by': builder };
}

function valueChanges(a: ImageReport, b: ImageReport, deep: boolean): ValueChange[] {
  const values = (report: ImageReport): Record<string, string> => ({
    ...(deep ? facts(report.manifest) : {}),
    label: report.label,
    kernel: report.kernel?.version ?? '',
    'default entry': report.boot.menu?.default ?? '',
    timeout: String(report.boot.menu?.timeout ?? ''),
    ...Object.fromEntries(
      (report.boot.menu?.entries ?? []).map((entry) => [
        `entry "${entry.title}"`,
        entry.kernel === undefined ? 'there' : shellLine([entry.kernel, ...entry.cmdline]),
      ]),
    ),
  });
  const [left, right] = [values(a), values(b)];
  return [...new Set([...Object.keys(left), ...Object.keys(right)])]
    .map((name) => ({ name, from: left[name] ?? '', to: right[name] ?? '' }))
    .filter(({ from, to }) => from !== to);
}

/** Compares two images: packages, files, sizes, boot entries. */
export function compareImages(first: string, second: string): Comparison {
  using a = openImage(first);
  using b = openImage(second);
  const [from, to] = [describeImage(a), describeImage(b)];
  const common = {
    from: { file: first, bytes: a.bytes },
    to: { file: second, bytes: b.bytes },
    deep: from.manifest !== undefined && to.manifest !== undefined,
  };
  if (a.bytes === b.bytes && hashFile(first) === hashFile(second)) {
    return { ...common, identical: true, values: [], packages: [], medium: [], files: [] };
  }
  const packagesOf = (report: ImageReport): readonly ManifestPackage[] =>
    common.deep ? (report.manifest?.packages ?? []) : [];
  const inPe = (report: ImageReport): ManifestFile[] =>
    report.manifest === undefined || !common.deep ? [] : visible(report.manifest);
  return {
    ...common,
    identical: false,
    values: valueChanges(from, to, common.deep),
    packages: pairs(packagesOf(from), packagesOf(to), (pkg) => pkg.name).flatMap((pair) =>
      packageChange(...pair),
    ),
    medium: pairs(hashedFiles(a), hashedFiles(b), (file) => file.path).flatMap((pair) =>
      mediumChange(...pair),
    ),
    files: pairs(inPe(from), inPe(to), (file) => file.path).flatMap((pair) => fileChange(...pair)),
  };
}
