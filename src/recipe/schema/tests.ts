import { firmwares } from '../../base/machine.ts';
import { mediumWords } from '../tests/media-words.ts';
import { bootMediaKinds } from '../types.ts';
import { list, map, oneOrMore, type SchemaNode, text } from './node.ts';
import {
  cpusSchema,
  disksSchema,
  guestSchema,
  memorySchema,
  modelSchema,
  networkSchema,
  testName,
} from './test-machines.ts';
import { stepSchema } from './test-steps.ts';

const firmware: SchemaNode = { type: 'string', enum: firmwares };
const media = `${bootMediaKinds.join(', ')}, or one of them with its bus, such as iso-as-usb or usb-as-nvme`;
const medium: SchemaNode = { type: 'string', enum: mediumWords, 'x-expected': media };

const matrix = map(
  'What the test runs with: each combination is a case of its own. Every key takes one value or a list.',
  {
    medium: oneOrMore(
      'Media under test, `iso` (attached as a CD) or `usb` (as a stick), or with the way it is attached (`cd`, `usb`, `virtio`, `ahci`, `nvme`): `iso-as-usb`; `iso-as-kernel` and `usb-as-kernel` start the kernel of the default entry without firmware menu and boot loader, which is quicker and proves nothing of them; `netboot` starts over the network of QEMU; without it every medium of the recipe as it is usually attached.',
      medium,
      { 'x-expected': `${media}; or a list of these` },
    ),
    firmware: oneOrMore('Firmware of the machine; without it both.', firmware, {
      'x-expected': 'bios, uefi, or a list of these',
    }),
    memory: oneOrMore('Memory of the machine; without it `512MiB`.', memorySchema, {
      'x-expected': 'a size such as 512MiB, or a list of these',
    }),
    cpus: oneOrMore('Processors of the machine; without it 1.', cpusSchema, {
      'x-expected': 'a whole number from 1 to 64, or a list of these',
    }),
  },
  { default: {} },
);

const test = map(
  'A boot in virtual machines, and what must happen in it.',
  {
    name: text('Name in reports; no two tests have the same.', {
      pattern: '^\\S(.{0,78}\\S)?$',
      'x-expected': 'one line of up to 80 characters',
    }),
    matrix,
    guests: {
      type: 'object',
      description:
        'Machines, by name, where there are several; without it there is one, `pe`, with the `machine`, the `disks` and the `network` of the test.',
      propertyNames: { type: 'string', ...testName },
      additionalProperties: guestSchema,
    },
    machine: modelSchema,
    disks: disksSchema,
    network: networkSchema,
    steps: list('What happens, one after the other; the first step that fails ends the case.', stepSchema, {
      minItems: 1,
    }),
  },
  { required: ['name', 'steps'] },
);

/** `tests:`; `Recipe.tests` is made from it by `src/recipe/normalise-tests.ts`. */
export const testsSchema: SchemaNode = list(
  'What `diskbios test` proves of the image; without it that it boots on BIOS and UEFI, gets ready, and powers off.',
  test,
  { 'x-merge': 'replace by name', default: [] },
);
