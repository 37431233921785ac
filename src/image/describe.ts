import { gunzipSync } from 'node:zlib';
import { FailedError } from '../base/errors.ts';
import { type Manifest, manifestPath, unpackManifest } from '../formats/manifest.ts';
import { sbomPath } from '../formats/spdx.ts';
import { bzImageHead, kernelVersion } from '../kernel/bzimage.ts';
import { type BootFacts, bootFacts } from './boot.ts';
import { type InitrdSegment, initrdSegments } from './initrd.ts';
import { type OpenImage, openImage } from './open.ts';

export interface MediumFile {
  readonly path: string;
  readonly size: number;
}

/** Everything that `inspect` knows about an image. */
export interface ImageReport {
  readonly file: string;
  readonly bytes: number;
  /** `iso`, `raw` for a disk as it is, or qemu-img's name of a disk's format. */
  readonly format: string;
  /** Bytes of the disk as a machine sees it. */
  readonly virtualBytes: number | undefined;
  /** The slot of a disk that is started, which the rest is about. */
  readonly slot: 'a' | 'b' | undefined;
  readonly label: string;
  readonly application: string;
  /** Seconds since 1970. */
  readonly created: number | undefined;
  readonly boot: BootFacts;
  readonly kernel:
    | { readonly path: string; readonly bytes: number; readonly version: string | undefined }
    | undefined;
  readonly initrds: readonly {
    readonly path: string;
    readonly bytes: number;
    readonly segments: readonly InitrdSegment[];
  }[];
  readonly files: readonly MediumFile[];
  readonly manifest: Manifest | undefined;
  readonly sbom: string | undefined;
}

function kernelOf(image: OpenImage, paths: readonly string[]): ImageReport['kernel'] {
  for (const path of paths) {
    const entry = image.find(path);
    if (entry === undefined) continue;
    const version = kernelVersion(image.contents(entry, bzImageHead));
    if (version !== undefined) return { path, bytes: entry.size, version };
  }
  return undefined;
}

/** The manifest of an image that diskbios built. */
export function manifestOf(image: OpenImage): Manifest | undefined {
  const entry = image.find(manifestPath);
  return entry === undefined ? undefined : unpackManifest(image.contents(entry));
}

/** The text of the SPDX document inside an image. */
export function sbomOf(image: OpenImage): string {
  const entry = image.find(sbomPath);
  if (entry === undefined) {
    throw new FailedError('no-sbom', `${image.path} holds no software bill of materials (/${sbomPath})`, {
      hint: 'images built by diskbios have one; this one was built by something else',
    });
  }
  return gunzipSync(image.contents(entry)).toString('utf8');
}

/** Takes an open image apart. */
export function describeImage(image: OpenImage): ImageReport {
  const boot = bootFacts(image);
  const entries = boot.menu?.entries ?? [];
  const initrds = [...new Set(entries.flatMap((entry) => entry.initrds))].flatMap((path) => {
    const entry = image.find(path);
    if (entry === undefined) return [];
    return [{ path, bytes: entry.size, segments: initrdSegments(image.contents(entry)) }];
  });
  return {
    file: image.path,
    bytes: image.bytes,
    format: image.format,
    virtualBytes: image.format === 'iso' ? undefined : image.tables.gpt?.end,
    slot: image.slot,
    label: image.volume.label,
    application: image.volume.application,
    created: image.volume.created,
    boot,
    kernel: kernelOf(image, [...new Set(entries.flatMap((entry) => entry.kernel ?? []))]),
    initrds,
    files: image.entries.filter((entry) => entry.type === 'file').map(({ path, size }) => ({ path, size })),
    manifest: manifestOf(image),
    sbom: image.find(sbomPath)?.path,
  };
}

/** Opens an image file and takes it apart. */
export function describeFile(path: string): ImageReport {
  using image = openImage(path);
  return describeImage(image);
}
