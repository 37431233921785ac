import { describe, expect, test } from 'vitest';
import { loadRecipe } from '../../../src/recipe/load.ts';
import type { TestStep } from '../../../src/recipe/test-types.ts';
import { testsOf } from './tests-of.ts';
import { parent, writeRecipes } from './write-recipes.ts';

/** The steps of a test whose only machine is `pe`, without what all of them have. */
async function stepsOf(steps: string): Promise<Omit<TestStep, 'guests'>[]> {
  const [test] = await testsOf(`  - name: x\n    steps:\n${steps}`);
  return test!.steps.map(({ guests, ...step }) => {
    expect(guests).toEqual(['pe']);
    return step;
  });
}

const nothing = { status: 0, stdout: undefined, stderr: undefined, json: undefined };
const noText = { is: undefined, contains: [], lacks: [], matches: undefined };

describe('a step', () => {
  test('in its short and its long form', async () => {
    const steps = await stepsOf(`
      - ready: live
      - ready: { mode: dual, within: 60s }
      - ready: takeover
        within: 1.5s
      - reboot: {}
      - reboot: { by: command, within: 1min }
      - power-cut: {}
      - power-cut: { after: 300ms }
      - wait: 2s
      - menu: live
      - menu: Power off
        by: keyboard
      - console: { expect: 'login: *', send: "root\\n" }
      - screen: { contains: live, save: a.png }
      - screen: { contains: [live, "2"] }
        within: 3s
      - type: "ls\\n"
      - press: ret
      - press: [ctrl, alt, delete]
      - poweroff: { within: 20s }
      - power-on: {}
      - poweroff: { by: itself }
      - power-on: {}
      - fails: kernel-panic
    `);
    const later = { within: undefined };
    expect(steps).toEqual([
      { kind: 'ready', mode: 'live', ...later },
      { kind: 'ready', mode: 'dual', within: 60_000 },
      { kind: 'ready', mode: 'takeover', within: 1500 },
      { kind: 'reboot', by: 'keyboard', ...later },
      { kind: 'reboot', by: 'command', within: 60_000 },
      { kind: 'power-cut', after: 0, ...later },
      { kind: 'power-cut', after: 300, ...later },
      { kind: 'wait', ms: 2000, ...later },
      // This recipe has no serial console.
      { kind: 'menu', entry: 'live', by: 'keyboard', ...later },
      { kind: 'menu', entry: 'Power off', by: 'keyboard', ...later },
      { kind: 'console', expect: 'login: *', send: 'root\n', ...later },
      { kind: 'screen', contains: ['live'], save: 'a.png', ...later },
      { kind: 'screen', contains: ['live', '2'], save: undefined, within: 3000 },
      { kind: 'type', text: 'ls\n', ...later },
      { kind: 'press', keys: ['ret'], ...later },
      { kind: 'press', keys: ['ctrl', 'alt', 'delete'], ...later },
      { kind: 'poweroff', by: 'button', within: 20_000 },
      { kind: 'power-on', ...later },
      { kind: 'poweroff', by: 'itself', ...later },
      { kind: 'power-on', ...later },
      { kind: 'fails', failure: 'kernel-panic', ...later },
    ]);
  });

  test('that runs a command', async () => {
    const steps = await stepsOf(`
      - run: ip -j route
        expect: { status: any, json: [{ dst: default, gateway: null }, 1, 1] }
        retry: 10s
      - run: cat
        stdin: hi
        expect: { stdout: hi, stderr: { contains: a, lacks: [b, c], matches: ^d } }
      - ssh: uname -r
      - ssh: id -un
        user: amy
        within: 9s
    `);
    const once = { retry: 0, within: undefined };
    expect(steps).toEqual([
      {
        ...once,
        kind: 'run',
        command: 'ip -j route',
        stdin: undefined,
        // What is expected is taken as it was written, empty values and repetitions too.
        expect: { ...nothing, status: 'any', json: [{ dst: 'default', gateway: null }, 1, 1] },
        retry: 10_000,
      },
      {
        ...once,
        kind: 'run',
        command: 'cat',
        stdin: 'hi',
        expect: {
          ...nothing,
          stdout: { ...noText, is: 'hi' },
          stderr: { is: undefined, contains: ['a'], lacks: ['b', 'c'], matches: '^d' },
        },
      },
      { ...once, kind: 'ssh', command: 'uname -r', expect: nothing, user: 'root' },
      { ...once, kind: 'ssh', command: 'id -un', expect: nothing, user: 'amy', within: 9000 },
    ]);
  });

  test('chooses from the menu on the serial line where it is on one', async () => {
    const folder = writeRecipes({ 'a.yaml': parent('tests: [{ name: x, steps: [{ menu: live }] }]') });
    const { recipe } = await loadRecipe('a.yaml', { cwd: folder, set: ['boot.consoles=[ttyS0]'] });
    expect(recipe.tests[0]?.steps).toMatchObject([{ kind: 'menu', by: 'serial' }]);
  });

  test('is not merged with one that is the same', async () => {
    const steps = await stepsOf('      - wait: 2s\n      - wait: 2s\n      - press: [a, a]\n');
    expect(steps).toMatchObject([{ ms: 2000 }, { ms: 2000 }, { keys: ['a', 'a'] }]);
  });

  test('that names no guest is for those that it can be for', async () => {
    const [test] = await testsOf(`
  - name: x
    guests:
      a: { disks: { data: { size: 1MiB, plugged: false } } }
      b: { on: false }
      c: {}
    steps:
      - ready: live
      - wait: 1s
      - plug: data
      - power-on: {}
        on: b
      - run: date
        on: [c, b]
      - poweroff: {}
        on: c
      - poweroff: {}
`);
    expect(test!.steps.map(({ kind, guests }) => [kind, guests.join(' ')])).toEqual([
      ['ready', 'a c'],
      ['wait', 'a'],
      ['plug', 'a'],
      ['power-on', 'b'],
      ['run', 'c b'],
      ['poweroff', 'c'],
      ['poweroff', 'a b'],
    ]);
  });
});
