import type { ErrorObject } from 'ajv';
import type { Json } from '../../base/json.ts';
import { validate } from './compiled.ts';

export type { ErrorObject } from 'ajv';

/** Everything in which a value departs from the recipe's schema. */
export function schemaErrors(value: Json): ErrorObject[] {
  return validate(value) ? [] : (validate.errors ?? []);
}
