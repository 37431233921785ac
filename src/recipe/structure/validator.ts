import { Ajv, type ErrorObject } from 'ajv';
import type { Json } from '../../base/json.ts';
import { recipeSchema } from '../schema/recipe.ts';

export type { ErrorObject } from 'ajv';

/** How ajv compiles the schema; the bundle has the same function compiled ahead (.config/ajv-ahead.mjs). */
export const ajvOptions = {
  allErrors: true,
  allowUnionTypes: true,
  strictTypes: false,
  keywords: ['x-expected', 'x-merge', 'x-exclusive'],
} as const;

type Validate = ((value: Json) => boolean) & { errors?: ErrorObject[] | null };

let compiled: Validate | undefined;

/** Everything in which a value departs from the recipe's schema. */
export function schemaErrors(value: Json): ErrorObject[] {
  compiled ??= new Ajv({ ...ajvOptions, keywords: [...ajvOptions.keywords] }).compile(
    recipeSchema,
  ) as Validate;
  return compiled(value) ? [] : (compiled.errors ?? []);
}
