import type {
  RawRootMedia,
  RootCompression,
  RootMediaSpec,
  RootMediumKind,
  RootOf,
} from './root-media-types.ts';

/** Endings of packed archives. */
const endings: Readonly<Record<RootCompression, string>> = { none: '', gzip: '.gz', zstd: '.zst' };

/** `template trixie` → which root that is. */
export function parseRootOf(text: string): RootOf {
  const [kind, name = ''] = text.split(' ');
  return kind === 'template' || kind === 'system' ? { kind, name } : { kind: 'livefs' };
}

/** The media of a recipe called `name` that are a root file system, with everything filled in. */
export function rootMediaSpec(name: string, raw: RawRootMedia): RootMediaSpec {
  const { oci, tar, wsl, folder } = raw;
  const root = (kind: Exclude<RootMediumKind, 'folder'>, modules: boolean) => ({
    filename: raw[kind]?.filename ?? `${name}.${kind}`,
    of: parseRootOf(raw[kind]?.of ?? 'livefs'),
    modules: raw[kind]?.modules ?? modules,
  });
  const ociFile = root('oci', false);
  const tarFile = root('tar', true);
  return {
    oci: oci && {
      ...ociFile,
      filename: oci.form === 'archive' ? `${ociFile.filename}.tar` : ociFile.filename,
      form: oci.form,
      compress: oci.compress,
      name: oci.name ?? `localhost/${name}`,
      command: oci.command,
    },
    tar: tar && {
      ...tarFile,
      filename: `${tarFile.filename}${endings[tar.compress]}`,
      compress: tar.compress,
    },
    wsl: wsl && root('wsl', false),
    folder: folder && { filename: folder.filename ?? `${name}.folder` },
  };
}
