import { choice, flag, map, type SchemaNode, words } from './node.ts';

const serviceName = {
  pattern: '^[a-z][a-z0-9_.-]{0,62}$',
  'x-expected': 'a name of lower-case letters, digits, _, - and .',
};

const service = map(
  'A program that the PE starts and watches.',
  {
    run: {
      description:
        'Command that stays in the foreground: a list of words, or a text that is split at blanks; a shell line is written as `[sh, -c, "…"]`.',
      'x-expected': 'a list of words such as [/usr/sbin/crond, -f], or a text such as "/usr/sbin/crond -f"',
      'x-merge': 'replace',
      anyOf: [
        { type: 'string', pattern: '\\S' },
        { type: 'array', minItems: 1, items: { type: 'string' } },
      ],
    },
    after: words('Services that are started before this one.', serviceName, { default: [] }),
    restart: choice(
      'When it is started again after it ended, with growing pauses.',
      ['always', 'on-failure', 'never'],
      {
        default: 'always',
      },
    ),
    env: {
      type: 'object',
      description: 'Environment variables for the command.',
      default: {},
      propertyNames: {
        type: 'string',
        pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
        'x-expected': 'the name of an environment variable',
      },
      additionalProperties: { type: 'string', description: 'Value of the variable.' },
    },
    enabled: flag('Start it at boot.', true),
  },
  { required: ['run'] },
);

export const servicesSchema: SchemaNode = {
  type: 'object',
  description: 'Supervised services, by name.',
  default: {},
  propertyNames: { type: 'string', ...serviceName },
  additionalProperties: service,
};
