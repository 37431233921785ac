import { namePattern, systemKinds } from '../../base/system.ts';
import { type Setting, settings } from '../../base/system-settings.ts';
import { fileSchema } from './files.ts';
import { packageName } from './kernel.ts';
import { choice, flag, list, map, type SchemaNode, text, wholeNumber, words } from './node.ts';

const name = {
  type: 'string',
  pattern: namePattern.source,
  'x-expected': 'lower-case letters, digits and -, at most 63',
} as const;

const localPath = { 'x-path': 'path', pattern: '\\S', 'x-expected': 'a path' } as const;

const template = map(
  'A root that systems are made from; exactly one of `debian`, `oci` and `tar` says of what.',
  {
    debian: text('Debian suite; its packages are pinned in the lock.', {
      pattern: '^[a-z][a-z0-9-]*$',
      'x-expected': 'the name of a suite, such as trixie',
    }),
    packages: words(
      'Debian packages beside the essential ones; what these depend on comes by itself. For `debian`.',
      packageName,
      { default: [] },
    ),
    exclude: words(
      'Globs of paths, without a leading slash, that are left out of packages. For `debian`.',
      { pattern: '^[^/\\s]\\S*$', 'x-expected': 'a glob without a leading slash, such as usr/share/doc/**' },
      { default: [] },
    ),
    scripts: flag(
      'Run the packages’ scripts, with mmdebstrap, which needs root or a user namespace; without it the builder finishes the root as it does the PE’s own. For `debian`.',
      true,
    ),
    oci: text(
      'OCI image: a folder with an image layout, an `oci-archive`, or what `docker save` writes; relative to the recipe.',
      localPath,
    ),
    tag: text('Which image, where there are several. For `oci`.', {
      pattern: '^[\\w][\\w./:-]{0,255}$',
      'x-expected': 'the tag or the name of an image',
    }),
    tar: text(
      'Archive of a root, plain or packed by gzip, xz, zstd or bzip2; relative to the recipe.',
      localPath,
    ),
    strip: wholeNumber('Leading folders of the archive’s names to leave out. For `tar`.', 0, 16, {
      default: 0,
    }),
    version: text(
      'Version of the template, in quotes; without it one that follows from what it is made of.',
      {
        pattern: '^[A-Za-z0-9][A-Za-z0-9.+~_-]{0,63}$',
        'x-expected': 'a version in quotes, such as "1.27"',
      },
    ),
    files: list('Files, folders and links that are laid over it.', fileSchema, {
      'x-merge': 'by path',
      'x-see': 'pe.files',
      default: [],
    }),
  },
  { 'x-exclusive': ['debian', 'oci', 'tar'] },
);

export const templatesSchema: SchemaNode = {
  type: 'object',
  description:
    'Templates that travel on the medium, by name: read-only roots, prepared by the build, that systems are made from.',
  default: {},
  propertyNames: name,
  additionalProperties: template,
};

/** What YAML has for a setting: `yes` may be true, a size or a list of one may be without quotes. */
const written: readonly SchemaNode[] = [
  { type: ['string', 'integer'] },
  { type: 'array', items: { type: ['string', 'integer'] } },
];

const environment: SchemaNode = {
  type: 'object',
  description: 'Environment variables of its first process.',
  propertyNames: {
    type: 'string',
    pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
    'x-expected': 'the name of an environment variable',
  },
  additionalProperties: { type: 'string', description: 'Value of the variable.' },
};

function settingNode({ key, values, meaning, list: isList }: Setting): readonly [string, SchemaNode] {
  if (key === 'env.*') return ['env', environment];
  const description = `${meaning.slice(0, 1).toUpperCase()}${meaning.slice(1)}.`;
  const expected = key === 'init' ? 'a command, or a list of its words' : values;
  return [
    key,
    isList || key === 'init'
      ? { description, 'x-expected': expected, 'x-merge': 'replace', anyOf: written }
      : { description, 'x-expected': expected, type: ['string', 'number', 'boolean'] },
  ];
}

const system = map('A system.', {
  template: text('Name of a template of this recipe, or `livefs`, the PE’s own root.', {
    ...name,
    default: 'livefs',
    'x-expected': 'the name of a template',
  }),
  kind: choice('`app`: lives on its template. `os`: has a copy of it as a root of its own.', systemKinds, {
    default: 'app',
  }),
  // The same as `systemx create` takes.
  ...Object.fromEntries(settings.map(settingNode)),
});

export const systemsSchema: SchemaNode = {
  type: 'object',
  description:
    'Systems that the PE makes when it is started for the first time, by name; the settings are those of `systemx set`.',
  default: {},
  propertyNames: name,
  additionalProperties: system,
};
