import { modes } from '../../base/cmdline.ts';
import { engineNames, namePattern } from '../../base/system.ts';
import { cmdlineWord } from './kernel.ts';
import { choice, flag, list, map, type SchemaNode, text, wholeNumber, words } from './node.ts';

/** Of a system, as `nameProblem` (`src/base/system.ts`) wants it. */
const name = namePattern.source.slice(1, -1);
const volume = '(LABEL=[^\\s,]+|UUID=[0-9A-Fa-f-]+|/dev/[A-Za-z0-9_/-]+)';

const system = {
  pattern: `^(/\\S+|${name})$`,
  'x-expected': 'the name of a system, or an absolute path',
};

const entry = map(
  'An entry of the boot menu.',
  {
    title: text('Text in the menu; no two entries have the same.', {
      pattern: '^[^\\s"\'`$\\\\]([^"\'`$\\\\\\n\\t]{0,62}[^\\s"\'`$\\\\])?$',
      'x-expected': '1 to 64 characters without quotes, $ and backslash',
    }),
    mode: choice('What the boot does (`diskbios.mode=`).', modes, { default: 'live' }),
    system: text('The system to take over (`diskbios.system=`); for mode `takeover`.', system),
    systems: words(
      'The systems to start (`diskbios.systems=`), each `name` or `name:engine`; for mode `dual`.',
      {
        pattern: `^${name}(:(${engineNames.join('|')}))?$`,
        'x-expected': 'name or name:engine, where the engine is chroot, lxc, uml or vm',
      },
      { default: [] },
    ),
    console: text(
      'The system that gets the screen and the keyboard (`diskbios.console=`); for mode `dual`.',
      {
        pattern: `^${name}$`,
        'x-expected': 'the name of a system',
      },
    ),
    dirs: words(
      'The systems directories (`diskbios.dir=`), the first of them home; without it `paths.systems`.',
      { 'x-expected': 'an absolute path such as /hd' },
      { minItems: 1 },
    ),
    data: text(
      'The data volumes (`diskbios.data=`), the first of them home; without it `LABEL=DISKBIOS-DATA`.',
      {
        pattern: `^(none|${volume}(,${volume})*)$`,
        'x-expected': 'LABEL=…, UUID=…, a device such as /dev/sda2, a list of these with commas, or none',
      },
    ),
    debug: flag('Give a shell before the mode is acted on (`diskbios.debug`).', false),
    cmdline: words('More words for the kernel command line of this entry.', cmdlineWord, { default: [] }),
  },
  { required: ['title'] },
);

const keyFile = (what: string): SchemaNode =>
  text(what, { 'x-path': 'path', pattern: '\\S', 'x-expected': 'the path of a file' });

const secureWords = {
  'x-expected': 'auto, debian, off, or a map such as { key: db.key, certificate: db.crt }',
};

const secure: SchemaNode = {
  description:
    'By whose signatures media start on UEFI with Secure Boot: `debian` (shim, GRUB and kernel as Debian signed them), `off`, or a key of your own; `auto` is `debian` where the kernel is one that Debian signed, else `off`. See secure-boot.md.',
  default: 'auto',
  ...secureWords,
  anyOf: [
    { type: 'string', enum: ['auto', 'debian', 'off'], ...secureWords },
    map(
      'A key of your own, which the firmware of the machines knows.',
      {
        key: keyFile(
          'The private RSA key, PEM, not encrypted; it is read when something is signed, and copied nowhere.',
        ),
        certificate: keyFile('Its certificate, PEM.'),
      },
      { required: ['key', 'certificate'] },
    ),
  ],
};

export const bootSchema = map(
  'The boot menu.',
  {
    timeout: wholeNumber('Seconds that the menu waits; 0 starts the default entry without a menu.', 0, 3600, {
      default: 5,
    }),
    default: text('Title of the entry that starts by itself; without it the first.'),
    consoles: words(
      'Kernel consoles; the last one is where the PE’s own messages go.',
      {
        pattern: '^(tty[0-9]+|hvc[0-9]+|tty[A-Z]+[0-9]+(,[0-9]+([noe][5-8]?r?)?)?)$',
        'x-expected': 'a console such as tty0 or ttyS0,115200n8',
      },
      { default: ['tty0'], minItems: 1, 'x-merge': 'replace' },
    ),
    quiet: flag(
      'Say “diskbios is starting ...” while it starts, and of the kernel’s messages only errors; the key `v` in the menu starts the default entry with all of them.',
      false,
    ),
    entries: list('Entries of the menu, in this order.', entry, { minItems: 1, 'x-merge': 'by title' }),
    memtest: flag('Offer a memory test.', true),
    'first-disk': flag('Offer to boot from the first disk.', true),
    secure,
  },
  { required: ['entries'] },
);
