import { nearest } from '../../base/suggest.ts';
import { unknownKey } from '../overrides.ts';
import { didYouMean, type Problems } from '../problems.ts';
import type { SchemaNode } from '../schema/node.ts';
import { recipeSchema } from '../schema/recipe.ts';
import { keySpan, type LocatedMap, nodeAt, type Path, pathText, plain, valueSpan } from '../yaml/located.ts';
import type { Span } from '../yaml/source.ts';
import { describe, kindOf, typeWords } from './expected.ts';
import { prune } from './prune.ts';
import { relevantErrors } from './relevant.ts';
import type { ErrorObject } from './validator.ts';
import { schemaErrors } from './validator.ts';

/**
 * Reports everything in which the merged recipe departs from the schema, and gives what is left of it when the wrong
 * parts are taken out; `undefined` where too little is left. `trustMissing` is false where a parent could not be read.
 */
export function checkStructure(
  root: LocatedMap,
  trustMissing: boolean,
  problems: Problems,
): LocatedMap | undefined {
  let rest: LocatedMap | undefined = root;
  for (let round = 0; rest !== undefined && round < 10; round += 1) {
    const errors = relevantErrors(schemaErrors(plain(rest)));
    if (errors.length === 0) return rest;
    if (round === 0) for (const error of errors) report(error, rest, trustMissing, problems);
    rest = prune(
      rest,
      errors.map((error) => wrongPath(rest as LocatedMap, error)),
    );
  }
  return undefined;
}

/** `/pe/files/2` → `['pe', 'files', 2]`. */
function pathOf(root: LocatedMap, pointer: string): Path {
  const path: (string | number)[] = [];
  for (const part of pointer.split('/').slice(1)) {
    const step = part.replaceAll('~1', '/').replaceAll('~0', '~');
    path.push(nodeAt(root, path)?.kind === 'list' ? Number(step) : step);
  }
  return path;
}

/** The value that must go for the rest to be right. */
function wrongPath(root: LocatedMap, error: ErrorObject): Path {
  const path = pathOf(root, error.instancePath);
  const { additionalProperty } = error.params as { additionalProperty?: string };
  if (additionalProperty !== undefined) return [...path, additionalProperty];
  return error.propertyName === undefined ? path : [...path, error.propertyName];
}

/** The schema that holds the keyword which failed. */
function schemaOf(error: ErrorObject): SchemaNode {
  const steps = error.schemaPath.split('/').slice(1, -1).map(decodeURIComponent);
  return steps.reduce<unknown>(
    (node, step) => (node as Record<string, unknown>)[step.replaceAll('~1', '/').replaceAll('~0', '~')],
    recipeSchema,
  ) as SchemaNode;
}

function report(error: ErrorObject, root: LocatedMap, trustMissing: boolean, problems: Problems): void {
  const path = pathOf(root, error.instancePath);
  const schema = schemaOf(error);
  const name = nameOf(path);
  const at: Span = valueSpan(root, path);
  const value = nodeAt(root, path);
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = String((error.params as { additionalProperty: unknown }).additionalProperty);
      const known = Object.keys(schema.properties ?? {});
      problems.error('unknown-key', keySpan(root, [...path, key]), unknownKey(key, pathText(path)), {
        expected: known.length === 0 ? 'no key' : `one of ${known.join(', ')}`,
        hint: didYouMean(nearest(key, known)),
      });
      return;
    }
    case 'propertyNames':
      return;
    case 'required': {
      if (!trustMissing) return;
      const key = String((error.params as { missingProperty: unknown }).missingProperty);
      problems.error('missing-key', keySpan(root, path), `${name} lacks the key \`${key}\``, {
        expected: describe(schema.properties?.[key]),
      });
      return;
    }
    case 'enum': {
      const known = schema.enum ?? [];
      problems.error(
        'bad-value',
        at,
        `${name} cannot be \`${value?.kind === 'scalar' ? value.written : ''}\``,
        {
          expected: schema['x-expected'] ?? `one of ${known.join(', ')}`,
          hint: didYouMean(value?.kind === 'scalar' ? nearest(String(value.value), known) : undefined),
        },
      );
      return;
    }
    case 'type':
    case 'anyOf':
      problems.error('wrong-type', at, `${name} cannot be ${kindOf(value)}`, {
        expected: schema['x-expected'] ?? typeWords(schema),
        hint: emptyMapHint(schema, value) ?? quotesHint(schema, value),
      });
      return;
    case 'minItems':
      problems.error('empty-list', at, `${name} is empty`, { expected: 'at least one item' });
      return;
    case 'minimum':
    case 'maximum':
      problems.error('out-of-range', at, `${name} is out of range`, {
        expected: typeWords(schema),
      });
      return;
    default: {
      if (error.propertyName !== undefined) {
        problems.error(
          'bad-key',
          keySpan(root, [...path, error.propertyName]),
          `\`${error.propertyName}\` cannot be a key here`,
          {
            expected: schema['x-expected'],
          },
        );
        return;
      }
      problems.error(
        'bad-value',
        at,
        `${name} cannot be \`${value?.kind === 'scalar' ? value.written : ''}\``,
        {
          expected: schema['x-expected'],
        },
      );
    }
  }
}

function nameOf(path: Path): string {
  if (path.length === 0) return 'the recipe';
  return typeof path.at(-1) === 'number'
    ? `an item of \`${pathText(path.slice(0, -1))}\``
    : `\`${pathText(path)}\``;
}

/** `version: 1.0` is a number to YAML. */
function quotesHint(schema: SchemaNode, value: ReturnType<typeof nodeAt>): string | undefined {
  const texts = [schema, ...(schema.anyOf ?? [])].filter(({ type }) => type === 'string');
  if (value?.kind !== 'scalar' || typeof value.value === 'string' || value.value === null) return undefined;
  const { written } = value;
  const fits = texts.some(
    ({ pattern = '', enum: words }) =>
      new RegExp(pattern, 'u').test(written) && words?.includes(written) !== false,
  );
  return fits ? `YAML reads this as ${kindOf(value)}; in quotes it is a text: "${written}"` : undefined;
}

/** `reboot:` with nothing behind it. */
function emptyMapHint(schema: SchemaNode, value: ReturnType<typeof nodeAt>): string | undefined {
  const isEmpty = value?.kind === 'scalar' && value.value === null;
  return isEmpty && schema.type === 'object' && schema.required === undefined
    ? 'write `{}` for what is usual'
    : undefined;
}
