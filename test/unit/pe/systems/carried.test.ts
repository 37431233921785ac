import { expect, test } from 'vitest';
import { type CarriedFile, carriedText, parseCarried } from '../../../../src/base/carried.ts';
import {
  afterMaking,
  carriedMadeText,
  missingHint,
  parseCarriedMade,
  toMake,
} from '../../../../src/pe/lib/systems/carried.ts';

const debian = { name: 'debian', version: '13' };
const system = (name: string): CarriedFile['systems'][number] => ({
  ...{ name, template: debian, kind: 'app', settings: ['autostart=yes'] },
});
const list: CarriedFile = {
  ...{ format: 1, id: 'a'.repeat(64), image: 'box 1', templates: [debian] },
  systems: [system('web'), system('db')],
};
const nothing = parseCarriedMade(undefined);
const free = (): boolean => false;
const names = (systems: CarriedFile['systems']): string[] => systems.map(({ name }) => name);

test('systems that travel along are made once, though one of them is destroyed', () => {
  expect(names(toMake(list, nothing, free))).toEqual(['web', 'db']);
  const made = parseCarriedMade(carriedMadeText(afterMaking(list, nothing, [])));
  expect(toMake(list, made, free)).toEqual([]);
  const newer = { ...list, systems: [...list.systems, system('mail')] };
  expect(names(toMake(newer, made, free))).toEqual(['mail']);
});

test('a system that a person has made is left alone, one that could not be made is tried again', () => {
  const taken = (name: string): boolean => name === 'web';
  expect(names(toMake(list, nothing, taken))).toEqual(['db']);
  const made = afterMaking(list, nothing, ['db']);
  expect(made.systems).toEqual(['web']);
  expect(names(toMake(list, made, free))).toEqual(['db']);
});

test('a missing template that travelled names its image', () => {
  const made = afterMaking(list, nothing, []);
  expect(missingHint(made, debian)).toContain('the image box 1');
  expect(missingHint(made, { ...debian, version: '14' })).toBeUndefined();
});

test('a damaged record counts for nothing', () => {
  for (const text of ['', '[]', '{"systems":3,"templates":[]}'])
    expect(parseCarriedMade(text)).toEqual({ systems: [], templates: {} });
  expect(parseCarriedMade('{"systems":["a",1],"templates":{"x@1":2,"y@1":"box"}}')).toEqual({
    ...{ systems: ['a'], templates: { 'y@1': 'box' } },
  });
});

test('the list is read as it is written, and its mistakes are named', () => {
  expect(parseCarried(carriedText(list))).toEqual({ carried: list });
  const broken = { ...list, id: 'x', systems: [{ name: '../x', kind: 'vm', template: debian }] };
  const found = parseCarried(JSON.stringify(broken));
  expect('wrong' in found ? found.wrong : '').toMatch(/id is no digest.*name is no name.*kind is none of/);
  expect(parseCarried('nonsense')).toEqual({ wrong: 'carried.json is no JSON object' });
});
