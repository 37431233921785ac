import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadRecipe } from '../../../src/recipe/load.ts';
import { parent, writeRecipes } from './write-recipes.ts';

describe('place', () => {
  test('gives the line of the file that set a value, after merging', async () => {
    const folder = writeRecipes({
      'parent.yaml': parent('pe:\n  packages:\n    - kmod\n    - lxc\n  ssh-keys: []\n'),
      'child.yaml': 'name: child\nextends: parent.yaml\npe:\n  packages: [htop, lxc, "strace"]\n',
    });
    const { recipe } = await loadRecipe(join(folder, 'child.yaml'), { set: ['pe.packages=[vim]'] });
    expect(recipe.pe.packages).toEqual(['kmod', 'lxc', 'htop', 'strace', 'vim']);
    const at = (n: number): unknown[] => {
      const { file, line, column, length } = recipe.place(['pe', 'packages', n]);
      return [file.replace(`${folder}/`, ''), line, column, length];
    };
    expect([0, 1, 2, 3, 4].map(at)).toEqual([
      ['parent.yaml', 6, 7, 4],
      ['parent.yaml', 7, 7, 3],
      ['child.yaml', 4, 14, 4],
      ['child.yaml', 4, 25, 8],
      ['--set', 1, 14, 3],
    ]);
    expect(recipe.place(['pe', 'sshKeys'])).toMatchObject({ line: 8, column: 13, text: '  ssh-keys: []' });
    // What was not written has the place of what it would be in.
    expect(recipe.place(['pe', 'network', 'dns', 3])).toMatchObject({
      file: join(folder, 'child.yaml'),
      line: 3,
      column: 1,
    });
    expect(recipe.place(['media'])).toMatchObject({ file: join(folder, 'child.yaml'), line: 1, column: 1 });
  });

  test('counts characters, and takes no line end along', async () => {
    const folder = writeRecipes({
      'a.yaml': `\ufeff${parent()}pe: { hostname: box, files: [{ path: /名, content: 𝒳 }] }\r\n`,
    });
    const { recipe } = await loadRecipe(join(folder, 'a.yaml'));
    const place = recipe.place(['pe', 'files', 0, 'content']);
    expect(place).toMatchObject({ line: 4, column: 51, length: 1 });
    expect(place.text.endsWith('}')).toBe(true);
  });
});
