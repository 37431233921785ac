/** The media that are a root file system rather than something that boots. */
export const rootMediaKinds = ['oci', 'tar', 'wsl', 'folder'] as const;
export type RootMediumKind = (typeof rootMediaKinds)[number];

export const rootCompressions = ['none', 'gzip', 'zstd'] as const;
export type RootCompression = (typeof rootCompressions)[number];

/** Which root a medium holds. */
export type RootOf =
  | { readonly kind: 'livefs' }
  /** A name of the recipe's `templates`. */
  | { readonly kind: 'template'; readonly name: string }
  /** A name of the recipe's `systems`. */
  | { readonly kind: 'system'; readonly name: string };

interface RootSpec {
  /** Output file name, with its ending. */
  readonly filename: string;
  readonly of: RootOf;
  /** Of the livefs: with its kernel modules. */
  readonly modules: boolean;
}

export interface OciSpec extends RootSpec {
  readonly form: 'archive' | 'folder';
  readonly compress: RootCompression;
  /** Name of the image, without a tag. */
  readonly name: string;
  /** `undefined`: what suits the root. */
  readonly command: readonly string[] | undefined;
}

export interface TarSpec extends RootSpec {
  readonly compress: RootCompression;
}

export type WslSpec = RootSpec;

export interface FolderSpec {
  /** Name of the folder in the output folder. */
  readonly filename: string;
}

/** As they are written in the recipe, with defaults filled in. */
interface RawRoot {
  readonly filename?: string;
  readonly of: string;
  readonly modules?: boolean;
}

export interface RawRootMedia {
  readonly oci?: RawRoot & {
    readonly form: 'archive' | 'folder';
    readonly compress: RootCompression;
    readonly name?: string;
    readonly command?: readonly string[];
  };
  readonly tar?: RawRoot & { readonly compress: RootCompression };
  readonly wsl?: RawRoot;
  readonly folder?: { readonly filename?: string };
}

export interface RootMediaSpec {
  readonly oci: OciSpec | undefined;
  readonly tar: TarSpec | undefined;
  readonly wsl: WslSpec | undefined;
  readonly folder: FolderSpec | undefined;
}
