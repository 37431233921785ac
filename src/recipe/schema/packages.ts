import { flag, list, map, text, words } from './node.ts';

const address = {
  pattern: '^(https?|file)://[^\\s?#]+$',
  'x-expected': 'an address such as http://mirror.example/debian',
};
const suite = { pattern: '^[a-z][a-z0-9./-]*$', 'x-expected': 'the name of a suite, such as trixie' };
const component = { pattern: '^[a-z][a-z0-9-]*$', 'x-expected': 'the name of a component, such as main' };

const repository = map(
  'A package repository beside Debian’s own.',
  {
    name: text('Short name of the repository, for messages and the lock.', {
      pattern: '^[a-z0-9][a-z0-9.-]*$',
      'x-expected': 'lower-case letters, digits, . and -',
    }),
    url: text('Base address, the folder that holds `dists/`.', address),
    suite: text('Suite of this repository.', suite),
    components: words('Components of this repository.', component, { default: ['main'] }),
    key: text('File with the public key that signs it (.asc or .gpg), relative to the recipe.', {
      'x-path': 'path',
      pattern: '\\.(asc|gpg|pgp)$',
      'x-expected': 'a file ending in .asc or .gpg',
    }),
  },
  { required: ['name', 'url', 'suite', 'key'] },
);

/** Where packages come from. */
export const packagesSchema = map('Where packages come from.', {
  suite: text('Debian suite that the image is made of.', { ...suite, default: 'trixie' }),
  components: words('Components of the suite.', component, { default: ['main'] }),
  mirror: text(
    'Base address of the Debian mirror; without it the builder takes the mirror of its environment.',
    address,
  ),
  'security-mirror': text(
    'Base address of the mirror of Debian’s security archive; without it the one that lies beside `mirror`.',
    address,
  ),
  snapshot: text(
    'Base address of a snapshot mirror for packages that have vanished from the mirror.',
    address,
  ),
  updates: flag('Use the suite’s `-updates` too.', true),
  security: flag('Use the suite’s `-security` too.', true),
  repositories: list('Package repositories beside Debian’s own.', repository, {
    'x-merge': 'by name',
    default: [],
  }),
});
