import type { Options } from 'ajv';

/** How ajv compiles the schema, here and ahead of time for the bundle. */
export const ajvOptions: Options = {
  allErrors: true,
  allowUnionTypes: true,
  strictTypes: false,
  keywords: ['x-expected', 'x-merge', 'x-path', 'x-exclusive', 'x-shorthand', 'x-see'],
};
