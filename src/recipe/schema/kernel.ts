import { moduleProfiles } from '../module-profiles.ts';
import { baseConfigs } from '../types.ts';
import { choice, list, map, type SchemaNode, text, words } from './node.ts';

/** Words of the kernel command line: printable, no blanks, no quotes. */
export const cmdlineWord = {
  pattern: '^[!#-&(-\\[\\]-~]+$',
  'x-expected': 'one word of the kernel command line, without blanks, quotes and backslashes',
};

export const packageName = {
  pattern: '^[a-z0-9][a-z0-9+.-]+$',
  'x-expected': 'the name of a Debian package: lower-case letters, digits, +, - and .',
};

const moduleGlob = {
  pattern: '^[A-Za-z0-9_.*?/{},-]+$',
  'x-expected': 'a module name such as virtio_net, or a glob below kernel/ such as drivers/net/ethernet/**',
};

const source: SchemaNode = {
  description:
    'Source that the kernel is built from: a Debian package such as linux-source-6.12, or an archive (tar, also packed by xz, gzip or zstd) and its SHA-256. See kernels.md.',
  'x-expected': 'a package such as linux-source-6.12, or a map with the keys `url` and `sha256`',
  anyOf: [
    { type: 'string', ...packageName },
    map(
      'An archive of a kernel’s source.',
      {
        url: text('Address of the archive, or its path relative to the recipe.', {
          'x-path': 'url-or-path',
          pattern: '^[^\\s]+$',
          'x-expected': 'an address such as https://mirror.example/linux-6.12.tar.xz, or a path',
        }),
        sha256: text('SHA-256 of the archive.', {
          pattern: '^[0-9a-f]{64}$',
          'x-expected': '64 hexadecimal digits in quotes, as `sha256sum` prints them',
        }),
      },
      { required: ['url', 'sha256'] },
    ),
  ],
};

export const kernelSchema = map(
  'The kernel of the PE: exactly one of `package`, `source` and `file`.',
  {
    package: text('Debian package that brings the kernel, or depends on the one that does.', packageName),
    source,
    config: list(
      'With `source`, the options of the kernel: fragments, each over those before it. Names are those of diskbios; your own files are paths with a `/`, relative to the recipe.',
      {
        type: 'string',
        'x-path': 'name-or-path',
        pattern: '\\S',
        'x-expected': 'a name such as virtual, or the path of a file such as ./mine.config',
      },
      { default: [] },
    ),
    'base-config': choice('With `source`, what the fragments are laid over.', baseConfigs, {
      default: 'tinyconfig',
    }),
    'version-suffix': text('With `source`, added to the version of the kernel (`uname -r`).', {
      pattern: '^[-+.][A-Za-z0-9+.~-]{0,30}$',
      'x-expected': 'a text such as -fast',
    }),
    file: text('A kernel that was built elsewhere (a bzImage), relative to the recipe.', {
      'x-path': 'path',
      pattern: '\\S',
      'x-expected': 'the path of a file such as ./bzImage',
    }),
    modules: map(
      'Which kernel modules go into the image; modules that these depend on come by themselves.',
      {
        profiles: list(
          'Named sets of modules; see the table below.',
          { type: 'string', enum: Object.keys(moduleProfiles) },
          { default: [] },
        ),
        include: words(
          'More modules: names, or globs over paths below `kernel/`; each must match something.',
          moduleGlob,
          {
            default: [],
          },
        ),
        exclude: words('Modules to leave out again, unless another one needs them.', moduleGlob, {
          default: [],
        }),
        from: text(
          'With `file`, where its modules are: a folder or an archive with lib/modules/VERSION in it, relative to the recipe. Without it the kernel has none.',
          {
            'x-path': 'path',
            pattern: '\\S',
            'x-expected': 'the path of a folder or an archive such as ./modules.tar.zst',
          },
        ),
      },
      { default: {} },
    ),
    cmdline: words('Words added to the kernel command line of every entry.', cmdlineWord, { default: [] }),
  },
  { 'x-exclusive': ['package', 'source', 'file'] },
);
