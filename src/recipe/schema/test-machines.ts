import { diskBuses, firmwares, machineModels, networkCards } from '../../base/machine.ts';
import { choice, flag, map, type SchemaNode, text, wholeNumber } from './node.ts';

/** Names of guests, disks and links. */
export const testName = {
  pattern: '^[a-z][a-z0-9-]{0,30}$',
  'x-expected': 'a name of lower-case letters, digits and -, starting with a letter',
};

const size = {
  pattern: '^[0-9]+(\\.[0-9]+)?[KMGTkmgt]([iI]?[bB])?$',
  'x-expected': 'a size such as 512MiB or 1GiB',
};

export const memorySchema = text('Memory of this machine, instead of the matrix’s.', size);
export const cpusSchema = wholeNumber('Processors of this machine, instead of the matrix’s.', 1, 64);

const filesystem: SchemaNode = {
  description: 'What the disk is formatted with, whole, without a partition table; without it it is empty.',
  'x-expected': 'ext4, vfat, or a map such as { type: ext4, label: DATA, files: ./data }',
  anyOf: [
    { type: 'string', enum: ['ext4', 'vfat'] },
    map(
      'A file system.',
      {
        type: choice('Its type.', ['ext4', 'vfat']),
        label: text('Its label; up to 16 characters for ext4, 11 capital letters and digits for vfat.', {
          pattern: '^[A-Za-z0-9._-]{1,16}$',
          'x-expected': 'a label such as DATA',
        }),
        files: text('Folder whose files it holds, relative to the recipe.', {
          'x-path': 'path',
          pattern: '\\S',
          'x-expected': 'the path of a folder',
        }),
        full: flag('Leave not a byte free (ext4).', false),
      },
      { required: ['type'] },
    ),
  ],
};

const fault = map(
  'Errors that the disk shows on purpose.',
  {
    on: choice('What ends in the error.', ['read', 'write', 'flush']),
    error: choice('The error.', ['io', 'no-space'], { default: 'io' }),
    sector: wholeNumber('The only sector (of 512 bytes) that shows it; without it every one.', 0, 2 ** 40),
    once: flag('Only the first time.', false),
  },
  { required: ['on'] },
);

const disk = map('A disk made for one case and kept across its boots.', {
  bus: choice('What it hangs on; a controller comes with it.', diskBuses, { default: 'virtio' }),
  size: text('Its size; without it that of `from`.', size),
  from: text(
    'Image that it starts as a copy of, relative to the recipe; the image itself is never written to.',
    {
      'x-path': 'path',
      pattern: '\\S',
      'x-expected': 'the path of an image',
    },
  ),
  filesystem,
  fault,
  'read-only': flag('Refuse writes; a CD always does.', false),
  plugged: flag('Have it from the start, rather than from a step `plug`.', true),
});

export const modelSchema = choice(
  'Kind of machine: `q35` (PCI Express, AHCI), `pc` (i440FX: PCI, and IDE for CDs and what says `ahci`), `microvm` (virtio without PCI, and no screen; it starts nothing but a kernel: `iso-as-kernel`); without it `q35`.',
  machineModels,
);

export const disksSchema: SchemaNode = {
  type: 'object',
  description: 'Disks beside the image, by name, in boot order.',
  propertyNames: { type: 'string', ...testName },
  additionalProperties: disk,
};

const link = map(
  'A private cable.',
  { link: text('Name of the cable between the guests that name it.', testName) },
  { required: ['link'] },
);

const oneCard = { 'x-expected': `user, ${networkCards.join(', ')}, or a map such as { link: lan }` };
const card: SchemaNode = {
  ...oneCard,
  anyOf: [{ type: 'string', enum: ['user', ...networkCards], ...oneCard }, link],
};

/** The network of a machine; the PE's own settings are `pe.network`. */
export const networkSchema: SchemaNode = {
  description:
    'Network: `user` (a virtio card on QEMU’s own router, with DHCP and a way out), the name of another card on such a router, `none`, `{ link: NAME }` (a private cable between guests), or a list with a card for each; without it `user`.',
  'x-expected': `user, ${networkCards.join(', ')}, none, a map such as { link: lan }, or a list of these`,
  anyOf: [
    { type: 'string', enum: ['user', 'none', ...networkCards] },
    link,
    { type: 'array', minItems: 1, items: card },
  ],
};

export const guestSchema = map('A machine of the test.', {
  image: flag(
    'Attach the image under test, before all disks; without it the machine boots from its disks.',
    true,
  ),
  machine: modelSchema,
  firmware: choice('Firmware of this machine, instead of the matrix’s.', firmwares),
  memory: memorySchema,
  cpus: cpusSchema,
  disks: { ...disksSchema, 'x-see': 'tests[].disks' },
  network: { ...networkSchema, 'x-see': 'tests[].network' },
  on: flag('Switch it on at once, rather than by a step `power-on`.', true),
});
