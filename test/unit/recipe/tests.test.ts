import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { defaultTests } from '../../../src/recipe/default-tests.ts';
import { loadRecipe } from '../../../src/recipe/load.ts';
import { recipeManual } from '../../../src/recipe/manual/manual.ts';
import { resolvedText } from '../../../src/recipe/resolved.ts';
import type { BootTest } from '../../../src/recipe/test-types.ts';
import { testsOf } from './tests-of.ts';
import { parent, writeRecipes } from './write-recipes.ts';

describe('a machine', () => {
  test('has what it says, and what is usual', async () => {
    const [test] = await testsOf(
      `
  - name: x
    guests:
      a: {}
      b:
        image: false
        firmware: uefi
        memory: 1GiB
        cpus: 1
        on: false
        network: [{ link: lan }, user, { link: lan }]
        disks:
          one: { size: 1024K, filesystem: ext4 }
          two: { bus: cd, from: sub/x.img }
          three:
            bus: nvme
            size: 1.1MiB
            plugged: false
            read-only: true
            filesystem: { type: vfat, label: DATA, files: sub }
            fault: { on: read, sector: 8, once: true }
      c: { network: { link: lan } }
      d: { network: none }
    steps:
      - power-on: {}
        on: b
      - plug: three
`,
      { 'sub/x.img': 'x' },
    );
    const { guests } = test!;
    const usual = {
      image: true,
      firmware: undefined,
      memory: undefined,
      cpus: undefined,
      disks: {},
      networks: [{ kind: 'user' }],
      on: true,
    };
    const lan = { kind: 'link', name: 'lan' };
    expect(guests).toEqual({
      a: usual,
      b: {
        image: false,
        firmware: 'uefi',
        memory: 1024 ** 3,
        cpus: 1,
        on: false,
        networks: [lan, { kind: 'user' }, lan],
        disks: {
          one: {
            bus: 'virtio',
            size: 1024 ** 2,
            from: undefined,
            filesystem: { type: 'ext4', label: undefined, files: undefined, full: false },
            fault: undefined,
            readOnly: false,
            plugged: true,
          },
          two: {
            bus: 'cd',
            size: undefined,
            from: expect.stringMatching(/^\/.*\/sub\/x\.img$/) as string,
            filesystem: undefined,
            fault: undefined,
            readOnly: true,
            plugged: true,
          },
          three: {
            bus: 'nvme',
            // Whole sectors.
            size: 2253 * 512,
            from: undefined,
            filesystem: {
              type: 'vfat',
              label: 'DATA',
              files: expect.stringMatching(/^\/.*\/sub$/) as string,
              full: false,
            },
            fault: { on: 'read', error: 'io', sector: 8, once: true },
            readOnly: true,
            plugged: false,
          },
        },
      },
      c: { ...usual, networks: [lan] },
      d: { ...usual, networks: [] },
    });
    // In boot order.
    expect(Object.keys(guests['b']!.disks)).toEqual(['one', 'two', 'three']);
  });

  test('without a name has the disks and the network of the test', async () => {
    const [test] = await testsOf(
      '  - { name: x, network: none, disks: { d: { size: 1MiB } }, steps: [{ ready: live }] }',
    );
    expect(test!.guests).toMatchObject({ pe: { disks: { d: { size: 1024 ** 2 } }, networks: [], on: true } });
  });
});

describe('the matrix', () => {
  test('takes one value or a list', async () => {
    const [test] = await testsOf(`
  - name: x
    matrix: { medium: [iso-as-usb, iso], firmware: uefi, memory: [256MiB, 1GiB], cpus: [1, 4] }
    steps: [{ ready: live }]
`);
    expect(test!.matrix).toEqual({
      medium: [
        { kind: 'iso', as: 'usb' },
        { kind: 'iso', as: 'cd' },
      ],
      firmware: ['uefi'],
      memory: [256 * 1024 ** 2, 1024 ** 3],
      cpus: [1, 4],
    });
  });

  test('has each thing once, and says so', async () => {
    const tests = `tests:
  - name: x
    matrix: { medium: [iso, iso-as-cd], memory: [1GiB, 1024MiB, 2GiB] }
    steps: [{ ready: live }]
`;
    const folder = writeRecipes({ 'a.yaml': parent(tests) });
    const { recipe, warnings } = await loadRecipe('a.yaml', { cwd: folder });
    expect(recipe.tests[0]!.matrix).toMatchObject({
      medium: [{ kind: 'iso', as: 'cd' }],
      memory: [1024 ** 3, 2 * 1024 ** 3],
    });
    expect(warnings.map(({ code, message }) => [code, message])).toEqual([
      ['listed-twice', '`iso-as-cd` is listed twice'],
      ['listed-twice', '`1024MiB` is listed twice'],
    ]);
  });

  test('without anything is every medium on both firmwares', async () => {
    const [test] = await testsOf('  - { name: x, steps: [{ ready: live }] }');
    expect(test!.matrix).toEqual({
      medium: [{ kind: 'iso', as: 'cd' }],
      firmware: ['bios', 'uefi'],
      memory: [512 * 1024 ** 2],
      cpus: [1],
    });
  });
});

describe('tests', () => {
  test('of a parent are replaced whole by those of the same name, in their place', async () => {
    const folder = writeRecipes({
      'sub/parent.yaml': parent(`tests:
  - name: one
    matrix: { firmware: bios }
    disks: { d: { from: d.img } }
    steps: [{ ready: live }, { poweroff: {} }]
  - { name: two, disks: { d: { from: d.img } }, steps: [{ ready: live }] }
  - { name: three, steps: [{ ready: live }] }
`),
      'sub/d.img': 'x',
      'a.yaml': `name: a
extends: sub/parent.yaml
tests:
  - { name: four, steps: [{ ready: live }] }
  - { name: one, steps: [{ wait: 1s }] }
  - !remove three
`,
    });
    const { recipe } = await loadRecipe('a.yaml', { cwd: folder });
    expect(recipe.tests.map(({ name }) => name)).toEqual(['one', 'two', 'four']);
    expect(recipe.tests[0]).toMatchObject({
      matrix: { firmware: ['bios', 'uefi'] },
      guests: { pe: { disks: {} } },
      steps: [{ kind: 'wait' }],
    });
    expect(recipe.tests[1]?.guests['pe']?.disks['d']?.from).toBe(join(folder, 'sub/d.img'));
    expect(recipe.tests.map(({ path }) => path)).toEqual([0, 1, 2].map((n) => ['tests', n]));
    expect(recipe.place(['tests', 0, 'steps', 0])).toMatchObject({ file: join(folder, 'a.yaml'), line: 5 });
    expect(recipe.place(['tests', 1, 'steps', 0])).toMatchObject({
      file: join(folder, 'sub/parent.yaml'),
      line: 9,
    });
  });

  test('written out by check --resolved mean the same', async () => {
    const folder = writeRecipes({
      'sub/parent.yaml': parent(`tests:
  - name: one
    guests:
      a: { disks: { d: { from: d.img }, e: { size: 1MiB, filesystem: { type: ext4, files: . } } } }
      b: { network: { link: lan } }
      c: { network: [user, { link: lan }] }
    steps:
      - ready: { mode: live }
      - reboot: {}
        on: a
      - run: |
          one
          two
        on: b
        expect: { json: [{ a: null, b: [] , c: {} }, 0x10] }
`),
      'sub/d.img': 'x',
      'a.yaml': 'name: a\nextends: sub/parent.yaml\n',
    });
    const loaded = await loadRecipe('a.yaml', { cwd: folder });
    const again = writeRecipes({
      'b.yaml': resolvedText(loaded, '/').replaceAll('./sub', `${folder}/sub`),
    });
    const { recipe } = await loadRecipe('b.yaml', { cwd: again });
    const text = (tests: readonly BootTest[]): string => JSON.stringify(tests).replaceAll(again, folder);
    expect(text(recipe.tests)).toBe(JSON.stringify(loaded.recipe.tests));
  });

  test('where there are none, are that it boots and powers off', async () => {
    const { recipe } = await loadRecipe('cloud', { set: ['tests=!replace []'] });
    expect(recipe.tests).toEqual(defaultTests(['iso']));
    expect(recipe.tests).toMatchObject([
      {
        name: 'boots',
        matrix: { medium: [{ kind: 'iso', as: 'cd' }], firmware: ['bios', 'uefi'] },
        steps: [
          { kind: 'ready', mode: 'live', guests: ['pe'] },
          { kind: 'poweroff', by: 'button', guests: ['pe'], within: 20_000 },
        ],
      },
    ]);
  });

  test('in the manual are right', async () => {
    const [, example = ''] = /```yaml\n(tests:\n[^]*?)```/.exec(recipeManual()) ?? [];
    const { tests } = parse(example) as { tests: { name: string }[] };
    expect(tests.length).toBeGreaterThan(0);
    const folder = writeRecipes({ 'a.yaml': `name: a\nextends: diskbios\n${example}` });
    const { recipe } = await loadRecipe('a.yaml', { cwd: folder });
    expect(recipe.tests.map(({ name }) => name)).toEqual(
      expect.arrayContaining(tests.map(({ name }) => name)),
    );
  });
});
