import { sha256 } from '../base/json.ts';

/**
 * Images by the OCI Image Format Specification 1.1 (image-layout.md, manifest.md, config.md, annotations.md), in a folder that
 * is an archive of Docker's as well: since Docker 25, `docker save` writes one tar with `oci-layout` and `index.json` beside
 * `manifest.json` and `repositories`; older ones read `manifest.json`, whose names may be any paths of the archive.
 */

export type OciCompression = 'none' | 'gzip' | 'zstd';

/** A file of the folder `blobs/sha256`. */
export interface OciBlob {
  /** SHA-256 in hexadecimal digits, without `sha256:`. */
  readonly sha256: string;
  readonly bytes: number;
}

export interface OciLayer extends OciBlob {
  /** SHA-256 of the layer as a plain tar. */
  readonly plain: string;
  /** What it is, for people. */
  readonly title: string;
}

export interface OciImage {
  /** Without a tag: `localhost/mybox`. */
  readonly name: string;
  readonly tag: string;
  readonly title: string;
  readonly version: string;
  /** Go's name for the architecture. */
  readonly architecture: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly compress: OciCompression;
  /** Lowest first. */
  readonly layers: readonly OciLayer[];
  readonly command: readonly string[];
  /** `NAME=VALUE` */
  readonly env: readonly string[];
}

/** A small file of the layout. */
export interface OciText {
  /** In the layout. */
  readonly path: string;
  readonly text: string;
}

const types = {
  config: 'application/vnd.oci.image.config.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
} as const;

const layerTypes: Readonly<Record<OciCompression, string>> = {
  none: 'application/vnd.oci.image.layer.v1.tar',
  gzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  zstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
};

/** Where a blob lies in the layout. */
export function blobPath(digest: string): string {
  return `blobs/sha256/${digest}`;
}

/** A tag by the grammar of OCI's distribution specification: what it does not allow in a version becomes `-`. */
export function ociTag(version: string): string {
  const tag = version.replaceAll(/[^\w.-]/g, '-').replace(/^[.-]+/, '');
  return tag === '' ? 'latest' : tag.slice(0, 128);
}

/** Every file of the layout but the layers: the same image gives the same bytes. */
export function ociLayout(image: OciImage): OciText[] {
  const created = new Date(image.created * 1000).toISOString().replace('.000Z', 'Z');
  const annotations = {
    'org.opencontainers.image.title': image.title,
    'org.opencontainers.image.version': image.version,
    'org.opencontainers.image.created': created,
  };
  const config = textBlob({
    created,
    architecture: image.architecture,
    os: 'linux',
    config: { Env: image.env, Cmd: image.command, WorkingDir: '/', Labels: annotations },
    rootfs: { type: 'layers', diff_ids: image.layers.map(({ plain }) => `sha256:${plain}`) },
    history: image.layers.map(({ title }) => ({ created, created_by: `diskbios: ${title}` })),
  });
  const manifest = textBlob({
    schemaVersion: 2,
    mediaType: types.manifest,
    config: descriptor(types.config, config),
    layers: image.layers.map((layer) => descriptor(layerTypes[image.compress], layer)),
    annotations,
  });
  const reference = `${image.name}:${image.tag}`;
  const index = {
    schemaVersion: 2,
    mediaType: types.index,
    manifests: [
      {
        ...descriptor(types.manifest, manifest),
        platform: { architecture: image.architecture, os: 'linux' },
        // containerd and Docker take the first for the image's name, Podman and skopeo the second for its tag.
        annotations: {
          'io.containerd.image.name': reference,
          'org.opencontainers.image.ref.name': image.tag,
        },
      },
    ],
  };
  const docker = [
    {
      Config: blobPath(config.sha256),
      RepoTags: [reference],
      Layers: image.layers.map((layer) => blobPath(layer.sha256)),
    },
  ];
  const repositories = { [image.name]: { [image.tag]: image.layers.at(-1)?.sha256 ?? '' } };
  return [
    { path: 'oci-layout', text: '{"imageLayoutVersion":"1.0.0"}' },
    { path: 'index.json', text: JSON.stringify(index) },
    { path: 'manifest.json', text: JSON.stringify(docker) },
    { path: 'repositories', text: JSON.stringify(repositories) },
    { path: blobPath(manifest.sha256), text: manifest.text },
    { path: blobPath(config.sha256), text: config.text },
  ];
}

function textBlob(value: unknown): OciBlob & { readonly text: string } {
  const text = JSON.stringify(value);
  return { text, sha256: sha256(text), bytes: Buffer.byteLength(text) };
}

function descriptor(mediaType: string, blob: OciBlob): Record<string, unknown> {
  return { mediaType, digest: `sha256:${blob.sha256}`, size: blob.bytes };
}
