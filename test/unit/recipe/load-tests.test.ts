import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../../src/base/errors.ts';
import { type ImageUnderTest, loadTests } from '../../../src/recipe/load-tests.ts';
import { parent, writeRecipes } from './write-recipes.ts';

const image: ImageUnderTest = { media: ['iso'] };

/** The mistakes in a file of tests: code, line and column. */
async function mistakesIn(text: string, under = image): Promise<unknown[]> {
  const folder = writeRecipes({ 'tests.yaml': text });
  const error = await loadTests('tests.yaml', under, { cwd: folder }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UserError);
  return (error as UserError).diagnostics.map(({ code, place }) => {
    expect(place?.file).toBe(join(folder, 'tests.yaml'));
    return [code, place?.line, place?.column];
  });
}

describe('loadTests', () => {
  test('reads a file that has tests and nothing else', async () => {
    const folder = writeRecipes({
      'sub/tests.yaml':
        'tests:\n  - name: any\n    disks: { d: { from: d.img } }\n    steps:\n      - menu: whatever\n',
      'sub/d.img': 'x',
    });
    const { tests, sources, place, warnings } = await loadTests('sub/tests.yaml', image, { cwd: folder });
    expect(tests).toMatchObject([
      {
        name: 'any',
        matrix: { medium: [{ kind: 'iso', as: 'cd' }] },
        guests: { pe: { disks: { d: { from: join(folder, 'sub/d.img') } } } },
        steps: [{ kind: 'menu', entry: 'whatever', by: 'serial' }],
      },
    ]);
    expect(sources).toEqual([join(folder, 'sub/tests.yaml')]);
    expect(warnings).toEqual([]);
    expect(place([...tests[0]!.path, 'steps', 0])).toMatchObject({ line: 5, column: 9 });
  });

  test('takes the tests of a whole recipe, with what it inherits', async () => {
    const folder = writeRecipes({
      'parent.yaml': parent('tests: [{ name: one, steps: [{ ready: live }] }]'),
      'child.yaml': 'name: child\nextends: parent.yaml\n',
    });
    const { tests, sources } = await loadTests('child.yaml', image, { cwd: folder });
    expect(tests.map(({ name }) => name)).toEqual(['one']);
    expect(sources).toHaveLength(2);
  });

  test('finds all mistakes, and nothing that only a recipe must have', async () => {
    const text = `tests:
  - name: one
    matrix: { memory: 1MiB }
    steps:
      - ready: live
        expect: { status: 0 }
      - plug: data
  - name: one
    steps: [{ redy: live }]
`;
    expect(await mistakesIn(text)).toEqual([
      ['out-of-range', 3, 23],
      ['no-effect', 6, 9],
      ['no-such-disk', 7, 15],
      ['same-name', 8, 11],
      ['unknown-key', 9, 15],
    ]);
  });

  test('holds media and menu titles against the image', async () => {
    const text =
      'tests: [{ name: one, matrix: { medium: iso-as-usb }, steps: [{ menu: Live }, { menu: Other }] }]';
    expect(await mistakesIn(text, { media: [], titles: ['Live'] })).toEqual([
      ['no-medium', 1, 40],
      ['no-such-entry', 1, 86],
    ]);
  });

  test.each([
    ['tests: []', 'empty-list'],
    ['test: [{ name: one, steps: [{ ready: live }] }]', 'unknown-key'],
    ['- { name: one, steps: [{ ready: live }] }', 'not-a-map'],
    ['', 'not-a-map'],
  ])('refuses %j', async (text, code) => {
    expect(await mistakesIn(text)).toEqual([[code, 1, 1]]);
  });
});
