import { list, map, type SchemaNode, text, wholeNumber, words } from './node.ts';

/** Public keys, in place or from a file. */
export function sshKeys(description: string): SchemaNode {
  return list(
    description,
    {
      'x-expected':
        'a public key such as `ssh-ed25519 AAAA… name`, or a map such as { file: id_ed25519.pub }',
      anyOf: [
        { type: 'string' },
        map(
          'Public keys from a file.',
          {
            file: text('File with one public key a line, relative to the recipe; `~/` is the home folder.', {
              'x-path': 'path',
              pattern: '\\S',
              'x-expected': 'the path of a file',
            }),
          },
          { required: ['file'] },
        ),
      ],
    },
    { default: [] },
  );
}

const userName = {
  pattern: '^[a-z_][a-z0-9_-]{0,31}$',
  'x-expected': 'lower-case letters, digits, _ and -, starting with a letter',
};
const absolute = { pattern: '^/[^\\s:]*$', 'x-expected': 'an absolute path' };

export const userSchema = map(
  'An account of the PE.',
  {
    name: text('Login name.', userName),
    uid: wholeNumber('User id; root has 0, others count from 1000.', 0, 65533),
    groups: words('Groups the user is in, beside the one of the same name.', userName, { default: [] }),
    home: text('Home folder; `/root` for root, else `/home/NAME`.', absolute),
    shell: text('Login shell.', { ...absolute, default: '/bin/sh' }),
    'password-hash': text(
      'Hash of the password, as `openssl passwd -6` prints it; without it there is no password login.',
      {
        'x-expected': 'a hash that starts with $6$, $5$, $y$, $2b$ or $1$',
      },
    ),
    'ssh-keys': sshKeys('Public keys with which this user may log in by SSH.'),
  },
  { required: ['name'] },
);
