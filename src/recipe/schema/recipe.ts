import { arches } from '../types.ts';
import { bootSchema } from './boot.ts';
import { hardwareSchema } from './hardware.ts';
import { kernelSchema } from './kernel.ts';
import { mediaSchema } from './media.ts';
import { choice, map, type SchemaNode, text } from './node.ts';
import { packagesSchema } from './packages.ts';
import { peSchema } from './pe.ts';
import { systemsSchema, templatesSchema } from './systems.ts';
import { testsSchema } from './tests.ts';

/** The schema of a recipe: the one source of validation, `recipes/recipe.schema.json`, defaults and `docs/recipe.md`. */
export const recipeSchema: SchemaNode = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'diskbios recipe',
  ...map(
    'Describes a bootable image.',
    {
      name: text(
        'Name of the image; it names the output files, the host and the volume unless these say otherwise.',
        {
          pattern: '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$',
          'x-expected': 'lower-case letters, digits and -, such as my-pe',
        },
      ),
      version: text('Version of the image, in quotes.', {
        default: '1',
        pattern: '^[0-9A-Za-z][0-9A-Za-z.+~_-]*$',
        'x-expected': 'a version in quotes, such as "1.0"',
      }),
      extends: {
        description:
          'Recipes that this one builds on: paths relative to this file, or the names of those that come with diskbios.',
        'x-expected': 'a recipe such as base or ./common.yaml, or a list of these',
        anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
      },
      arch: choice('Architecture, by Debian’s name.', arches, { default: 'amd64' }),
      packages: { ...packagesSchema, default: {} },
      kernel: kernelSchema,
      hardware: hardwareSchema,
      pe: peSchema,
      paths: map(
        'Paths in the PE and on the data volume.',
        {
          systems: text('The systems directory on the data volume.', {
            default: '/hd',
            pattern: '^(/[A-Za-z0-9_][A-Za-z0-9._-]*)+$',
            'x-expected': 'an absolute path such as /hd',
          }),
        },
        { default: {} },
      ),
      templates: templatesSchema,
      systems: systemsSchema,
      boot: bootSchema,
      media: mediaSchema,
      tests: testsSchema,
    },
    { required: ['name', 'kernel', 'boot'] },
  ),
};
