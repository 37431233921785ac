import { describe, expect, test } from 'vitest';
import { newSystem, type SystemFile, type TemplateFile } from '../../../../../src/base/system.ts';
import { fileOf, parseTemplate, rootOf, templateText } from '../../../../../src/base/template-file.ts';
import {
  asClone,
  labelAt,
  labelProblem,
  parseSnapshot,
  rolledBack,
  snapshotText,
} from '../../../../../src/pe/lib/systems/snapshots.ts';
import { swapSteps } from '../../../../../src/pe/lib/systems/swap.ts';
import {
  offeredName,
  parseTemplateName,
  sourceOf,
} from '../../../../../src/pe/lib/systems/templates/source.ts';

describe('the source of a template', () => {
  const source = (text: string) => sourceOf(text, (path) => path === '/root-folder' || path === 'layout');

  test.each([
    ['-', { kind: 'stdin' }, undefined],
    ['https://x.example/a/Alpine-3.22.tar.gz?x=1', { kind: 'url' }, 'alpine-3-22'],
    ['oci:reg.example/group/web:1', { kind: 'registry', image: 'reg.example/group/web:1' }, 'web'],
    ['docker:reg.example/db', { kind: 'registry', image: 'reg.example/db' }, 'db'],
    ['debian:trixie', { kind: 'debian', suite: 'trixie' }, 'debian-trixie'],
    ['/root-folder', { kind: 'folder', path: '/root-folder' }, 'root-folder'],
    ['layout', { kind: 'folder' }, 'layout'],
    ['/x/web.oci.tar', { kind: 'file' }, 'web'],
    ['web.tar.zst', { kind: 'file', path: 'web.tar.zst' }, 'web'],
    ['/x/---.tar', { kind: 'file' }, undefined],
  ])('%s', (text, expected, name) => {
    const found = source(text);
    expect(found).toMatchObject(expected);
    if (!('wrong' in found)) expect(offeredName(found)).toBe(name);
  });

  test.each(['debian:', 'debian:../x', 'debian:--help'])('%s is refused', (text) => {
    expect(source(text)).toHaveProperty('wrong');
  });

  test.each([
    ['web', { name: 'web', version: undefined }],
    ['web@1.0~rc+2', { name: 'web', version: '1.0~rc+2' }],
    ['web@', { wrong: expect.stringContaining('is no version') as string }],
    ['web@../..', { wrong: expect.stringContaining('is no version') as string }],
    ['../web@1', { wrong: 'it has a slash in it' }],
    ['web@1@2', { wrong: 'it has more than one @' }],
    ['', { wrong: 'it is empty' }],
  ])('the name %j', (text, parsed) => {
    expect(parseTemplateName(text)).toEqual(parsed);
  });
});

describe('the description of a template', () => {
  const template: TemplateFile = {
    ...{ format: 1, name: 'web', version: '1.0', form: 'folder', source: 'tar:web.tar' },
    ...{ sha256: 'a'.repeat(64), size: 1, created: 2, init: ['/bin/x'], env: { A: '1' } },
  };

  test('comes back as it was, under its own name', () => {
    expect(parseTemplate(templateText(template), 'web@1.0.json').template).toEqual(template);
    expect(fileOf(template)).toBe('web@1.0.json');
    expect(rootOf(template)).toBe('web@1.0');
    expect(rootOf({ ...template, form: 'erofs' })).toBe('web@1.0.erofs');
  });

  test.each([
    [{ name: '../x' }, 'web@1.0.json: name is no name: it has a slash in it'],
    [{ version: '2.0' }, 'web@1.0.json describes web@2.0'],
    [{ sha256: 'x' }, 'web@1.0.json: sha256 is no SHA-256 checksum'],
    [{ form: 'zip' }, 'web@1.0.json: form is none of folder, erofs, squashfs'],
    [{ format: 3 }, 'web@1.0.json: format is not 1; a newer version may have written it'],
    [{ more: 1 }, 'web@1.0.json: more is not known here'],
  ])('%j is refused', (change, problem) => {
    const { problems } = parseTemplate(JSON.stringify({ ...template, ...change }), 'web@1.0.json');
    expect(problems).toContain(problem);
  });

  test('what is no JSON is refused', () => {
    expect(parseTemplate('{', 'a@1.json').problems).toEqual(['a@1.json is no JSON object']);
    expect(parseTemplate(undefined, 'a@1.json').template).toBeUndefined();
  });
});

const system: SystemFile = {
  ...newSystem,
  ...{ kind: 'app', template: { name: 'web', version: '1' }, engine: 'lxc', created: 5 },
  ...{ idBase: 1_048_576, autostart: true, note: 'then' },
  network: {
    kind: 'bridge',
    ...{ ipv4: '10.1.1.1', ipv6: undefined, forwards: [{ protocol: 'tcp', port: 80, to: 80 }] },
  },
};

describe('a snapshot', () => {
  const file = { format: 1, label: 'first', made: 7, system } as const;

  test('is read by its own label only', () => {
    expect(parseSnapshot(snapshotText(file), 'first')).toEqual(file);
    expect(parseSnapshot(snapshotText(file), 'second')).toBeUndefined();
    for (const text of ['', '{}', '[]', snapshotText({ ...file, made: -1 }), undefined])
      expect(parseSnapshot(text, 'first')).toBeUndefined();
  });

  test('has a label that can be a folder', () => {
    expect(labelAt(Date.UTC(2026, 1, 14, 9, 30, 1))).toBe('20260214-093001');
    expect(labelProblem(labelAt(0))).toBeUndefined();
    for (const label of ['', '..', 'a/b', 'A', 'a b', 'é', 'a'.repeat(64)])
      expect(labelProblem(label)).toBeDefined();
  });

  test('brings back settings, but not what makes the system this one', () => {
    const now = { ...system, idBase: 2_097_152, created: 9, note: 'now' };
    expect(rolledBack(system, now)).toEqual({ ...system, idBase: 2_097_152, created: 9, note: 'then' });
  });
});

describe('a copy', () => {
  test('leaves to the original what only one can have, and says so', () => {
    const { system: copy, notes } = asClone(system, 8);
    expect(copy).toMatchObject({
      ...{ idBase: undefined, autostart: false, created: 8, note: 'then', template: system.template },
      network: { kind: 'bridge', ipv4: undefined, ipv6: undefined, forwards: [] },
    });
    expect(notes).toHaveLength(3);
  });

  test('of a plain system is the same', () => {
    const plain: SystemFile = { ...system, autostart: false, network: { kind: 'none' } };
    expect(asClone(plain, 5)).toEqual({ system: { ...plain, idBase: undefined }, notes: [] });
  });
});

test('a swap can be done again from any step: no step is possible twice', () => {
  const steps = swapSteps({
    ...{ system: 'web', present: ['delta', 'work'], fresh: '.pe/work/1/new', coming: ['rootfs', 'work'] },
    old: '.pe/work/1/old',
  });
  expect(steps).toEqual([
    { kind: 'move', from: 'web/delta', to: '.pe/work/1/old/delta' },
    { kind: 'move', from: 'web/work', to: '.pe/work/1/old/work' },
    { kind: 'move', from: '.pe/work/1/new/rootfs', to: 'web/rootfs' },
    { kind: 'move', from: '.pe/work/1/new/work', to: 'web/work' },
  ]);
});
