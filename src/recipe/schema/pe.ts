import { livefsFormats } from '../types.ts';
import { sshKeys, userSchema } from './accounts.ts';
import { fileSchema } from './files.ts';
import { packageName } from './kernel.ts';
import { networkSchema } from './network.ts';
import { choice, list, map, text, words } from './node.ts';
import { servicesSchema } from './services.ts';

export const peSchema = map(
  'What is in the PE, the system that stays in memory.',
  {
    template: text(
      'Root file system template: the name of one that comes with diskbios, or the path of a folder, relative to the recipe.',
      {
        'x-path': 'name-or-path',
        default: 'base',
        pattern: '\\S',
        'x-expected': 'the name of a template, or a path with a / in it',
      },
    ),
    livefs: choice('Form of the root file system inside the initrd.', livefsFormats, { default: 'squashfs' }),
    packages: words('Debian packages in the PE; what these depend on comes by itself.', packageName, {
      default: [],
    }),
    exclude: words(
      'Globs of paths, without a leading slash, that are left out of packages.',
      { pattern: '^[^/\\s]\\S*$', 'x-expected': 'a glob without a leading slash, such as usr/share/doc/**' },
      { default: [] },
    ),
    files: list(
      'Files, folders and links that the recipe adds; they win over packages and the template.',
      fileSchema,
      {
        'x-merge': 'by path',
        default: [],
      },
    ),
    hostname: text('Host name; without it the recipe’s name.', {
      pattern: '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$',
      'x-expected': 'lower-case letters, digits and -, such as pe-1',
    }),
    timezone: text('Time zone.', { default: 'Etc/UTC', 'x-expected': 'a time zone such as Europe/Berlin' }),
    console: map(
      'Font and keymap of the PE’s own screens; see consoles.md.',
      {
        font: text(
          'Font of the screen: `auto` (one of 16×32 dots where the screen is 2560 or more dots wide), or the name of a font of Debian’s console-setup-linux; without it the kernel’s.',
          {
            pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]*$',
            'x-expected': 'auto, or the name of a font such as Uni2-Terminus32x16',
          },
        ),
        keymap: text(
          'Keymap of the keyboard, by its name in Debian’s console-data; without it an American one.',
          {
            pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]*$',
            'x-expected': 'the name of a keymap such as de-latin1',
          },
        ),
      },
      { default: {} },
    ),
    users: list(
      'Accounts; root is always there, and has an item only to give it keys or a password.',
      userSchema,
      {
        'x-merge': 'by name',
        default: [],
      },
    ),
    'ssh-keys': sshKeys('Public keys that may log in as root by SSH.'),
    services: servicesSchema,
    network: networkSchema,
  },
  { default: {} },
);
