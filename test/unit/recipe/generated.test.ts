import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { packageRoot } from '../../../src/base/package-root.ts';
import type { Verb } from '../../../src/pe/systemx/command.ts';
import { manualPage } from '../../../src/pe/systemx/manual.ts';
import { recipeManual, schemaText } from '../../../src/recipe/manual/manual.ts';
import { ajvOptions } from '../../../src/recipe/structure/ajv-options.ts';
import { schemaErrors } from '../../../src/recipe/structure/validator.ts';

const text = (path: string): string => readFileSync(join(packageRoot(), path), 'utf8');

test('the published schema is current: node .config/gen-docs.mjs', () => {
  expect(text('recipes/recipe.schema.json')).toBe(schemaText());
});

test('the reference in the manual is current: node .config/gen-docs.mjs', () => {
  expect(text('docs/recipe.md')).toBe(recipeManual());
});

describe('systemx', async () => {
  const { importTs } = (await import(join(packageRoot(), '.config/import-ts.mjs'))) as {
    importTs: (path: string, options: { pe: boolean }) => Promise<unknown>;
  };
  const load = (path: string): Promise<unknown> => importTs(`src/pe/systemx/${path}.ts`, { pe: true });
  const { verbs } = (await load('commands/registry')) as { verbs: readonly Verb[] };
  const { scripts } = (await load('completion')) as { scripts: Readonly<Record<string, string>> };
  const shown = await Promise.all(
    verbs.filter(({ name }) => !name.startsWith('_')).map((verb) => verb.load()),
  );

  test('its manual is current: node .config/gen-docs.mjs', () => {
    expect(text('docs/systemx.md')).toBe(manualPage(shown));
  });

  test('each verb has examples of itself', () => {
    expect(shown.length).toBeGreaterThan(25);
    for (const { name, summary, examples } of shown) {
      expect(summary, name).toMatch(/^[A-Z].*[^.]$/);
      expect(examples.length, name).toBeGreaterThan(0);
      expect(
        examples.filter((example) => example.includes(`systemx ${name}`)),
        name,
      ).not.toEqual([]);
    }
  });

  test('its completion is what bash can read', () => {
    execFileSync('bash', ['-n'], { input: scripts['bash'] });
  });
});

test.each(['base', 'diskbios', 'cloud', 'cloudbios', 'cloudbios-fast', 'mini-itx', 'minimal'])(
  'an editor finds nothing wrong with %s',
  (name) => {
    const source = text(`recipes/${name}.yaml`);
    expect(source.split('\n', 1)).toEqual(['# yaml-language-server: $schema=./recipe.schema.json']);
    const validate = new Ajv(ajvOptions).compile(JSON.parse(schemaText()) as object);
    validate(parse(source, { logLevel: 'silent' }));
    expect(validate.errors).toBe(null);
  },
);

test('the schema compiled for the bundle finds what ajv finds', async () => {
  const { ajvAhead } = (await import(join(packageRoot(), '.config/ajv-ahead.mjs'))) as { ajvAhead: never };
  const { outputFiles } = await build({
    entryPoints: [join(packageRoot(), 'src/recipe/structure/validator.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    plugins: [ajvAhead],
  });
  const code = outputFiles[0]?.text ?? '';
  expect(code).not.toContain('class Ajv');
  const ahead = (await import(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`)) as {
    schemaErrors: typeof schemaErrors;
  };
  const wrong = {
    name: 'A',
    pe: { packages: 'x', livefs: 'y', users: [{}] },
    boot: { entries: [], timeout: -1 },
    z: 1,
  };
  expect(ahead.schemaErrors(wrong)).toEqual(schemaErrors(wrong));
  expect(schemaErrors(wrong).length).toBeGreaterThan(7);
});
