import { hardwareProfiles, microcodeVendors } from '../hardware-profiles.ts';
import { list, map, type SchemaNode, text } from './node.ts';

const firmwareGlob = {
  pattern: '^[^/\\s][^\\s]*$',
  'x-expected': 'a glob over paths below /usr/lib/firmware, such as rtl_nic/**',
};

const firmware: SchemaNode = {
  description:
    'Firmware in the image: `auto` (the files that the chosen modules name), `none`, or globs of the files wanted.',
  'x-expected': 'auto, none, or a list of globs such as [rtl_nic/**]',
  'x-merge': 'replace',
  anyOf: [
    { type: 'string', enum: ['auto', 'none'] },
    { type: 'array', items: { type: 'string', ...firmwareGlob } },
  ],
};

const microcode: SchemaNode = {
  description:
    'Microcode for processors, loaded before all else: `auto` (what profiles and `from` ask for), `none`, or the makers.',
  default: 'auto',
  'x-expected': `auto, none, or a list of ${microcodeVendors.join(' and ')}`,
  'x-merge': 'replace',
  anyOf: [
    { type: 'string', enum: ['auto', 'none'] },
    { type: 'array', items: { type: 'string', enum: [...microcodeVendors] } },
  ],
};

/** What machine the image is for. */
export const hardwareSchema = map(
  'What machine the image is for: kernel modules with their firmware and microcode. `hardware: pc` and `hardware: [pc, virtual]` stand for `profiles` alone.',
  {
    profiles: list(
      'Kinds of machines; see the table of hardware profiles.',
      { type: 'string', enum: Object.keys(hardwareProfiles) },
      { default: [], 'x-merge': 'replace' },
    ),
    from: text(
      'One certain machine: a file that `diskbios hardware probe` wrote, relative to the recipe. Inherited profiles give way to it, and it to profiles.',
      { 'x-path': 'path', pattern: '\\S', 'x-expected': 'the path of a file such as ./my-box.json' },
    ),
    firmware,
    microcode,
    memory: text('Memory of the smallest machine: a recipe that cannot boot in it is a mistake.', {
      pattern: '^[0-9]+(\\.[0-9]+)?[KMGTkmgt]([iI]?[bB])?$',
      'x-expected': 'a size such as 256MiB',
    }),
  },
  { default: {}, 'x-shorthand': 'profiles', 'x-exclusive': ['profiles', 'from'] },
);
