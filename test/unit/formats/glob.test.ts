import { expect, test } from 'vitest';
import { globToRegExp, isGlob } from '../../../src/formats/glob.ts';

test.each([
  ['*.ko', 'a.ko', true],
  ['*.ko', '.ko', true],
  ['*.ko', 'x/a.ko', false],
  ['a/*', 'a/', false],
  ['a/*', 'a/.hidden', true],
  ['a/*/c', 'a/b/c', true],
  ['a/*/c', 'a/b/b/c', false],
  ['a/**', 'a/b/c', true],
  ['a/**', 'b/a/c', false],
  ['a/**/z', 'a/z', true],
  ['a/**/z', 'a/b/c/z', true],
  ['a/**/z', 'a/bz', false],
  ['**/man?', 'usr/share/man1', true],
  ['**/man?', 'man1', true],
  ['man?', 'man/', false],
  ['usr/share/{doc,man}/**', 'usr/share/man/x', true],
  ['usr/share/{doc,man}/**', 'usr/share/info/x', false],
  ['{a,b{c,d}}e', 'bde', true],
  ['{a,b{c,d}}e', 'be', false],
  ['x{,.gz}', 'x', true],
  ['[a-c]x', 'bx', true],
  ['[!a-c]x', 'bx', false],
  ['[!a-c]x', 'dx', true],
  ['[!a]x', '/x', false],
  ['a.b+(c)', 'a.b+(c)', true],
  ['a.b', 'axb', false],
  ['\\*', '*', true],
  ['\\*', 'a', false],
  ['{open', '{open', true],
  ['[open', '[open', true],
])('%s against %s: %s', (glob, path, expected) => {
  expect(globToRegExp(glob).test(path)).toBe(expected);
});

test('knows a glob from a plain name', () => {
  expect(isGlob('virtio_net')).toBe(false);
  expect(isGlob('virtio_*')).toBe(true);
});
