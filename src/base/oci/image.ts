import { type Fields, fieldsOf } from '../json-reader.ts';
import { parseJson } from '../parse-json.ts';

/** Descriptions of images: the OCI image layout and image specification 1.1, and what `docker save` writes. */

/** A file of the image, with what it must be. */
export interface Blob {
  /** Relative to the layout. */
  readonly path: string;
  /** SHA-256 of the file in hexadecimal; `undefined`: not told (`docker save`). */
  readonly sha256: string | undefined;
  /** Bytes; `undefined`: not told. */
  readonly size: number | undefined;
}

export interface ImageFiles {
  readonly config: Blob;
  /** The lowest first. */
  readonly layers: readonly Blob[];
}

/** An image among those of a layout. */
export interface Candidate {
  /** Tag or name; empty where it has none. */
  readonly name: string;
  readonly manifest: Blob;
}

type Wrong = { readonly wrong: string };
export const isWrong = (value: object): value is Wrong => 'wrong' in value;

/** Processor architectures by the ELF machine number, as images name them. */
export const architectures: Readonly<Record<number, string>> = {
  3: '386',
  40: 'arm',
  62: 'amd64',
  183: 'arm64',
  243: 'riscv64',
};

const items = (value: unknown): Fields[] =>
  Array.isArray(value) ? value.map(fieldsOf).filter((one) => one !== undefined) : [];
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const texts = (value: unknown): string[] | undefined =>
  Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : undefined;

/** The hexadecimal digits of `sha256:…`; `undefined`: another kind of digest, or none. */
export const sha256Of = (digest: unknown): string | undefined =>
  /^sha256:([0-9a-f]{64})$/.exec(text(digest) ?? '')?.[1];

function blob(descriptor: Fields | undefined): Blob | Wrong {
  const sha256 = sha256Of(descriptor?.['digest']);
  if (sha256 === undefined)
    return { wrong: `${JSON.stringify(descriptor?.['digest'] ?? null)} is no SHA-256 digest` };
  const size = descriptor?.['size'];
  return {
    path: `blobs/sha256/${sha256}`,
    sha256,
    size: typeof size === 'number' && size >= 0 ? size : undefined,
  };
}

const nameAnnotations = ['io.containerd.image.name', 'org.opencontainers.image.ref.name'];
export const isIndex = (json: unknown): boolean => Array.isArray(fieldsOf(json)?.['manifests']);

/** What an index offers for a processor: images, and further indexes. Attestations and other systems are left out. */
export function candidatesIn(json: unknown, architecture: string): Candidate[] | Wrong {
  const found: Candidate[] = [];
  const others = new Set<string>();
  for (const one of items(fieldsOf(json)?.['manifests'])) {
    const platform = fieldsOf(one['platform']);
    const os = text(platform?.['os']) ?? 'linux';
    const arch = text(platform?.['architecture']) ?? architecture;
    if (os !== 'linux' || arch !== architecture) {
      if (os !== 'unknown') others.add(`${os}/${arch}`);
      continue;
    }
    const manifest = blob(one);
    if (isWrong(manifest)) return manifest;
    const annotations = fieldsOf(one['annotations']) ?? {};
    const name = nameAnnotations.map((key) => text(annotations[key])).find((given) => given !== undefined);
    found.push({ name: name ?? '', manifest });
  }
  if (found.length > 0) return found;
  return {
    wrong: `it holds no image for linux/${architecture}${others.size > 0 ? `, only for ${[...others].join(', ')}` : ''}`,
  };
}

/** The one that is wanted: by its tag or whole name, or the only one. */
export function chooseImage(candidates: readonly Candidate[], tag: string | undefined): Candidate | Wrong {
  const fits = ({ name }: Candidate): boolean =>
    tag === undefined || name === tag || name.endsWith(`:${tag}`);
  const found = candidates.filter(fits);
  const [first] = found;
  const names = candidates.map(({ name }) => (name === '' ? '(without a name)' : name)).join(', ');
  if (first === undefined) return { wrong: `it holds no image ${tag ?? ''}, only ${names}` };
  return new Set(found.map(({ manifest }) => manifest.path)).size === 1
    ? first
    : { wrong: `it holds ${found.length} images, ${names}: say which with --tag` };
}

/** Config and layers, from an image manifest. */
export function filesOf(json: unknown): ImageFiles | Wrong {
  const fields = fieldsOf(json);
  if (fields === undefined || !Array.isArray(fields['layers'])) return { wrong: 'its manifest is none' };
  const config = blob(fieldsOf(fields['config']));
  if (isWrong(config)) return config;
  const layers: Blob[] = [];
  for (const one of items(fields['layers'])) {
    const type = text(one['mediaType']) ?? '';
    if (!/layer/.test(type) || /encrypted/.test(type))
      return { wrong: `a layer is of the kind ${type || '(none)'}, which is no archive of files` };
    const layer = blob(one);
    if (isWrong(layer)) return layer;
    layers.push(layer);
  }
  return { config, layers };
}

/** A path in an archive of `docker save`. */
const isInside = (path: string): boolean =>
  path !== '' && !path.startsWith('/') && path.split('/').every((part) => part !== '..' && part !== '');

/** Images in the `manifest.json` that `docker save` writes. */
export function dockerImages(
  manifestJson: string,
): readonly { readonly names: readonly string[]; readonly files: ImageFiles }[] | Wrong {
  const json = parseJson(manifestJson);
  if (!Array.isArray(json)) return { wrong: 'its manifest.json is none' };
  const found = [];
  for (const one of items(json)) {
    const config = text(one['Config']) ?? '';
    const layers = texts(one['Layers']) ?? [];
    const bad = [config, ...layers].find((path) => !isInside(path));
    if (bad !== undefined) return { wrong: `its manifest.json names ${JSON.stringify(bad)}` };
    const file = (path: string): Blob => ({ path, sha256: undefined, size: undefined });
    found.push({
      names: texts(one['RepoTags']) ?? [],
      files: { config: file(config), layers: layers.map(file) },
    });
  }
  return found;
}

/** Of an image, how its program is started. */
export interface ImageConfig {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly user: string;
  /** SHA-256 of each layer's archive when unpacked, the lowest first. */
  readonly layers: readonly string[];
}

export function configOf(json: unknown, architecture: string): ImageConfig | Wrong {
  const fields = fieldsOf(json);
  const rootfs = fieldsOf(fields?.['rootfs']);
  const digests = texts(rootfs?.['diff_ids'])?.map(sha256Of);
  if (fields === undefined || digests?.every((one) => one !== undefined) !== true)
    return { wrong: 'its configuration does not tell the digests of its layers' };
  const os = text(fields['os']) ?? 'linux';
  const arch = text(fields['architecture']) ?? architecture;
  if (os !== 'linux' || arch !== architecture)
    return { wrong: `it is for ${os}/${arch}, and this machine is linux/${architecture}` };
  const config = fieldsOf(fields['config']) ?? {};
  const pairs = (texts(config['Env']) ?? []).flatMap((one): [string, string][] => {
    const at = one.indexOf('=');
    const name = one.slice(0, at);
    return at > 0 && /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? [[name, one.slice(at + 1)]] : [];
  });
  return {
    command: [...(texts(config['Entrypoint']) ?? []), ...(texts(config['Cmd']) ?? [])],
    env: Object.fromEntries(pairs),
    folder: text(config['WorkingDir']) || '/',
    user: text(config['User']) ?? '',
    layers: digests,
  };
}
