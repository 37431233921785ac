import { map, text, wholeNumber } from './node.ts';

/** One file, folder or link of the recipe. */
export const fileSchema = map(
  'A file, a folder or a link; exactly one of `source`, `content` and `link` says which.',
  {
    path: text('Where it goes in the PE.', {
      pattern: '^/',
      'x-expected': 'an absolute path, such as /etc/motd',
    }),
    source: text(
      'File or folder on the build machine, relative to the recipe; folders are taken with all they hold.',
      {
        'x-path': 'path',
        pattern: '\\S',
        'x-expected': 'the path of a file or folder',
      },
    ),
    content: text('The text of the file itself.'),
    link: text('Target of a symbolic link.', {
      pattern: '\\S',
      'x-expected': 'the path that the link leads to',
    }),
    mode: {
      type: ['string', 'integer'],
      description: 'Permission bits in octal, such as `0644`; without it those of the source, or 0644.',
      'x-expected': 'three or four octal digits, such as 0644',
    },
    uid: wholeNumber('User id of the owner.', 0, 65534, { default: 0 }),
    gid: wholeNumber('Group id of the owner.', 0, 65534, { default: 0 }),
  },
  { required: ['path'], 'x-exclusive': ['source', 'content', 'link'] },
);
