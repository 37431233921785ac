import { type RootMediumKind, rootCompressions } from '../root-media-types.ts';
import { choice, map, type SchemaNode, text, words } from './node.ts';

const filename = (ending: string, more = ''): SchemaNode =>
  text(`Name of the output; without it \`NAME.${ending}\`.${more}`, {
    pattern: `^[A-Za-z0-9][A-Za-z0-9._+-]*\\.${ending}$`,
    'x-expected': `a name ending in .${ending}, without /`,
  });

const of = text(
  'Which root: `livefs` is that of the PE; `template NAME` and `system NAME` are roots of this recipe’s `templates` and `systems`.',
  {
    default: 'livefs',
    pattern: '^(livefs|(template|system) [a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)$',
    'x-expected': 'livefs, template NAME or system NAME',
  },
);

const modules = (usual: string): SchemaNode => ({
  type: 'boolean',
  description: `Of the livefs: with the kernel’s modules; without this key ${usual}.`,
});

const compress = (usual: string): SchemaNode =>
  choice('How it is packed.', rootCompressions, { default: usual });

export const rootMedia: Readonly<Record<RootMediumKind, SchemaNode>> = {
  oci: map('A container image for Podman, Docker, containerd, skopeo and umoci.', {
    filename: filename('oci', ' An archive gets the ending `.tar` as well.'),
    of,
    form: choice(
      'A `folder` is an OCI image layout; an `archive` is a tar of it, which `docker load` and `podman load` take.',
      ['archive', 'folder'],
      { default: 'archive' },
    ),
    compress: choice('How layers are packed; not every tool reads `zstd`.', rootCompressions, {
      default: 'gzip',
    }),
    name: text('Name of the image without a tag, which is the version; without it `localhost/NAME`.', {
      pattern: '^[a-z0-9]+([._:/-]+[a-z0-9]+)*$',
      'x-expected': 'a name such as localhost/mybox',
    }),
    command: words(
      'What a container runs where nothing else is asked for; without it `/bin/sh`, or what suits the root.',
      { pattern: '\\S', 'x-expected': 'a word of a command' },
      { minItems: 1, 'x-merge': 'replace' },
    ),
    modules: modules('none: a container runs on the kernel of its machine'),
  }),
  tar: map('The root as an archive.', {
    filename: filename('tar', ' Packed, it gets the ending `.zst` or `.gz` as well.'),
    of,
    compress: compress('zstd'),
    modules: modules('with all of them'),
  }),
  wsl: map('A distribution for the Windows Subsystem for Linux.', {
    filename: filename('wsl'),
    of,
    modules: modules('none: it runs on Microsoft’s kernel'),
  }),
  folder: map(
    'The PE’s root as a folder, to be entered, or started by `diskbios run` as it is, with kernel and initrd.',
    { filename: filename('folder') },
  ),
};
