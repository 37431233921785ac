import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadRecipe } from '../../../src/recipe/load.ts';
import { resolvedText } from '../../../src/recipe/resolved.ts';
import { parent, writeRecipes } from './write-recipes.ts';

test.each(['base', 'diskbios', 'cloud', 'cloudbios', 'cloudbios-fast', 'mini-itx', 'minimal'])(
  '%s, written out, means the same',
  async (name) => {
    const loaded = await loadRecipe(name);
    const folder = writeRecipes({ 'resolved.yaml': resolvedText(loaded, '/') });
    const again = await loadRecipe(join(folder, 'resolved.yaml'));
    const plain = ({ file, place, ...recipe }: typeof loaded.recipe): unknown => [
      recipe,
      file === '',
      typeof place,
    ];
    expect(plain(again.recipe)).toEqual(plain(loaded.recipe));
  },
);

test('each line has the place its value came from, in one column', async () => {
  const folder = writeRecipes({
    'sub/parent.yaml': parent('pe:\n  files: [{ path: /x, source: x, mode: 0600 }]\n'),
    'sub/x': '',
    'child.yaml':
      'name: child\nextends: sub/parent.yaml\nversion: "2"\npe:\n  files:\n    - path: /motd\n      content: |\n        one: # no comment\n        two\n',
  });
  const loaded = await loadRecipe('child.yaml', { cwd: folder, set: ['pe.hostname=box'] });
  const text = resolvedText(loaded, folder);
  const lines = text.split('\n');
  expect(lines.slice(0, 3)).toEqual([
    '# child.yaml, merged with all it extends',
    'name: child                                      # child.yaml:1',
    'version: "2"                                     # child.yaml:3',
  ]);
  expect(lines).toContain('arch: amd64                                      # default');
  expect(lines).toContain('  hostname: box                                  # --set pe.hostname=box');
  // A path of a parent, as the child would write it.
  expect(lines).toContain('      source: ./sub/x                            # sub/parent.yaml:5');
  expect(lines).toContain('      mode: 0600                                 # sub/parent.yaml:5');
  writeFileSync(join(folder, 'again.yaml'), text);
  const again = await loadRecipe('again.yaml', { cwd: folder });
  expect(again.recipe.pe).toEqual(loaded.recipe.pe);
});
