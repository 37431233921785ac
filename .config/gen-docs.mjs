// Writes what is made from the code: the recipe's schema for editors, the manual's reference of recipes, the tables of reports.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { importTs } from './import-ts.mjs';

const { recipeManual, schemaText } = await importTs('src/recipe/manual/manual.ts');
const { fillManual } = await importTs('src/proof/report/manual.ts');
const { verbs } = await importTs('src/pe/systemx/commands/registry.ts', { pe: true });
const { manualPage } = await importTs('src/pe/systemx/manual.ts', { pe: true });
const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

writeFileSync(at('recipes/recipe.schema.json'), schemaText());
writeFileSync(at('docs/recipe.md'), recipeManual());
const shown = verbs.filter(({ name }) => !name.startsWith('_'));
writeFileSync(at('docs/systemx.md'), manualPage(await Promise.all(shown.map((verb) => verb.load()))));
writeFileSync(at('docs/testing.md'), fillManual(readFileSync(at('docs/testing.md'), 'utf8')));
