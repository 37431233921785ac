import { moduleProfiles } from '../module-profiles.ts';
import { list, map, text, words } from './node.ts';

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

export const kernelSchema = map(
  'The kernel of the PE.',
  {
    package: text('Debian package that brings the kernel, or depends on the one that does.', packageName),
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
      },
      { default: {} },
    ),
    cmdline: words('Words added to the kernel command line of every entry.', cmdlineWord, { default: [] }),
  },
  { required: ['package'] },
);
