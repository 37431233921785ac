import { expect, test } from 'vitest';
import { formatStanzas, parseControl, parseStanzas, stanzaField } from '../../../src/formats/control-file.ts';

const text = `Package: lxc
Version: 1:6.0.4-4+b1
Conffiles:
 /etc/default/lxc 0a1b
 /etc/lxc/default.conf 2c3d
Description: Linux Containers userspace tools
 Containers are insulated areas.
 .
 The end.

Package: other
Version: 2
`;

test('paragraphs and values of several lines come back as they were written', () => {
  const stanzas = parseStanzas(text);
  expect(stanzas).toHaveLength(2);
  expect(stanzas[0]?.get('Description')?.split('\n')[2]).toBe(' .');
  expect(formatStanzas(stanzas)).toBe(text);
});

test('comments and surplus empty lines do not count, nor does the case of a name', () => {
  const stanza = parseControl('\n# made by hand\nPackage: a\n# more\nversion:  1 \n\n\n');
  expect([...stanza]).toEqual([
    ['Package', 'a'],
    ['version', '1'],
  ]);
  expect(stanzaField(stanza, 'Version')).toBe('1');
  expect(stanzaField(stanza, 'Depends')).toBeUndefined();
});

test('a line that is no field is an error with its number', () => {
  expect(() => parseStanzas('Package: a\nnonsense\n')).toThrow(/line 2 is no "Field: value": nonsense/);
  expect(() => parseStanzas(' continued\n')).toThrow(/line 1/);
});
