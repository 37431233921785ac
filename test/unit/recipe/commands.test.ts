import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadRecipe } from '../../../src/recipe/load.ts';
import { runRecipeCommand } from './run-check.ts';
import { parent, writeRecipes } from './write-recipes.ts';

describe('new', () => {
  test.each(['pc', 'cloud', 'minimal'])(
    '--template %s writes a recipe that passes check',
    async (template) => {
      const folder = writeRecipes({});
      const made = await runRecipeCommand(['new', 'my-box', '--template', template], folder);
      expect(made).toMatchObject({ code: 0, err: '' });
      const checked = await runRecipeCommand(['check', 'my-box.yaml'], folder);
      expect(checked).toEqual({ code: 0, out: 'my-box.yaml: no mistakes\n', err: '' });
      const { recipe } = await loadRecipe('my-box.yaml', { cwd: folder });
      expect(recipe).toMatchObject({ name: 'my-box', pe: { hostname: 'my-box' } });
    },
  );

  test('never overwrites unless told to', async () => {
    const folder = writeRecipes({ 'box.yaml': 'mine' });
    const refused = await runRecipeCommand(['new', 'box'], folder);
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('box.yaml is there already');
    expect(readFileSync(join(folder, 'box.yaml'), 'utf8')).toBe('mine');
    expect((await runRecipeCommand(['new', 'box', '--force'], folder)).code).toBe(0);
    expect(readFileSync(join(folder, 'box.yaml'), 'utf8')).toContain('name: box');
  });

  test('a name that cannot be one is the caller’s mistake', async () => {
    const ran = await runRecipeCommand(['new', 'My Box'], writeRecipes({}));
    expect(ran.code).toBe(2);
    expect(ran.err).toContain('`My Box` cannot be the name of a recipe');
  });
});

describe('check', () => {
  test('several recipes at once; a mistake they share is shown once', async () => {
    const folder = writeRecipes({
      'parent.yaml': parent('pe: { hostnam: x }'),
      'a.yaml': 'name: a\nextends: parent.yaml',
      'b.yaml': 'name: b\nextends: parent.yaml',
      'good.yaml': 'name: good\nextends: base',
    });
    const ran = await runRecipeCommand(['check', 'a.yaml', 'good.yaml', 'b.yaml'], folder);
    expect(ran.code).toBe(2);
    expect(ran.out).toBe('good.yaml: no mistakes\n');
    expect(ran.err.match(/parent\.yaml:4:7: error: unknown key `hostnam` in `pe`/g)).toHaveLength(1);
  });

  test('warnings are shown and are no mistakes', async () => {
    const folder = writeRecipes({
      'a.yaml': 'name: a\nextends: base\npe: { packages: [lxc, lxc] }\nboot: { timeout: 0, memtest: true }',
    });
    const ran = await runRecipeCommand(['check', 'a.yaml'], folder);
    expect(ran.code).toBe(0);
    expect(ran.err).toContain('a.yaml:3:23: warning: `lxc` is listed twice');
    expect(ran.err).toContain('a.yaml:4:21: warning: `memtest` can hardly be reached');
  });

  test('a file that is not there, with the nearest that is', async () => {
    const folder = writeRecipes({ 'mybox.yaml': parent() });
    const ran = await runRecipeCommand(['check', 'mbox.yaml', 'cloudbois'], folder);
    expect(ran.code).toBe(2);
    expect(ran.err).toContain('error: there is no recipe `mbox.yaml`');
    expect(ran.err).toContain('did you mean `mybox.yaml`?');
    expect(ran.err).toContain('did you mean `cloudbios`?');
  });

  test('a file that is no text', async () => {
    const folder = writeRecipes({});
    writeFileSync(join(folder, 'a.yaml'), Buffer.from([0x6e, 0xff, 0xfe]));
    const ran = await runRecipeCommand(['check', 'a.yaml'], folder);
    expect(ran).toMatchObject({ code: 2, err: 'error: `a.yaml` is not a text in UTF-8\n' });
  });

  test('SSH keys come from a file too', async () => {
    const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEFhQWFBYUFhQWFBYUFhQWFBYUFhQWFBYUFhQWFBYUFh me';
    const folder = writeRecipes({
      'home/id.pub': `# mine\n${key}\n\n`,
      'a.yaml': 'name: a\nextends: cloud\npe: { ssh-keys: [{ file: ~/id.pub }] }',
    });
    const { recipe } = await loadRecipe('a.yaml', { cwd: folder, env: { HOME: join(folder, 'home') } });
    expect(recipe.pe.sshKeys).toEqual([key]);
  });
});
