import { architectures } from './image.ts';

export interface LayoutFacts {
  readonly name: string;
  readonly architecture: string;
  readonly init: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly made: number;
  /** The lowest first, packed by gzip. */
  readonly layers: readonly {
    readonly sha256: string;
    readonly size: number;
    /** SHA-256 before packing. */
    readonly archive: string;
  }[];
}

/** The texts of an OCI image layout (image specification 1.1) with one image; some name others by their digests. */
export interface LayoutFiles {
  readonly layout: string;
  readonly config: string;
  readonly manifest: (configSha256: string, configSize: number) => string;
  readonly index: (manifestSha256: string, manifestSize: number) => string;
}

const type = (what: string): string => `application/vnd.oci.image.${what}`;

export function layoutFiles({ name, architecture, init, env, made, layers }: LayoutFacts): LayoutFiles {
  if (!Object.values(architectures).includes(architecture))
    throw new Error(`no architecture ${architecture}`);
  const created = new Date(made).toISOString();
  const pairs = Object.entries(env).map(([key, value]) => `${key}=${value}`);
  const descriptor = (kind: string, sha256: string, size: number): Record<string, unknown> => ({
    mediaType: type(kind),
    digest: `sha256:${sha256}`,
    size,
  });
  return {
    layout: JSON.stringify({ imageLayoutVersion: '1.0.0' }),
    config: JSON.stringify({
      created,
      architecture,
      os: 'linux',
      config: { Cmd: init, ...(pairs.length > 0 ? { Env: pairs } : {}) },
      rootfs: { type: 'layers', diff_ids: layers.map(({ archive }) => `sha256:${archive}`) },
      history: layers.map(() => ({ created, created_by: `systemx export ${name}` })),
    }),
    manifest: (sha256, size) =>
      JSON.stringify({
        schemaVersion: 2,
        mediaType: type('manifest.v1+json'),
        config: descriptor('config.v1+json', sha256, size),
        layers: layers.map((layer) => descriptor('layer.v1.tar+gzip', layer.sha256, layer.size)),
      }),
    index: (sha256, size) =>
      JSON.stringify({
        schemaVersion: 2,
        mediaType: type('index.v1+json'),
        manifests: [
          {
            ...descriptor('manifest.v1+json', sha256, size),
            platform: { architecture, os: 'linux' },
            annotations: { 'org.opencontainers.image.ref.name': name },
          },
        ],
      }),
  };
}
