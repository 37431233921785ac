import { Ajv, type ErrorObject } from 'ajv';
import type { Json } from '../../base/json.ts';
import { recipeSchema } from '../schema/recipe.ts';
import { ajvOptions } from './ajv-options.ts';

interface Validate {
  (value: Json): boolean;
  errors?: ErrorObject[] | null;
}

/** The schema, compiled. The bundle does not have this file but what it makes (.config/ajv-ahead.mjs): compiling costs 100 ms. */
export const validate = new Ajv(ajvOptions).compile(recipeSchema) as Validate;
