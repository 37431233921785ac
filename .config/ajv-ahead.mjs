// An esbuild plugin: the recipe's schema is compiled by ajv when the project is bundled, not each time it is started.
import { Ajv } from 'ajv';
import standalone from 'ajv/dist/standalone/index.js';
import { importTs } from './import-ts.mjs';

export const ajvAhead = {
  name: 'ajv-ahead',
  setup(build) {
    build.onLoad({ filter: /src\/recipe\/structure\/compiled\.ts$/ }, async () => {
      const [{ recipeSchema }, { ajvOptions }] = await Promise.all([
        importTs('src/recipe/schema/recipe.ts'),
        importTs('src/recipe/structure/ajv-options.ts'),
      ]);
      const ajv = new Ajv({ ...ajvOptions, code: { source: true, esm: true } });
      return { contents: standalone.default(ajv, ajv.compile(recipeSchema)), loader: 'js' };
    });
  },
};
