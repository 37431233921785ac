import { expect, test } from 'vitest';
import { mistakes, program } from './command-line.ts';
import { allTexts, inlineCode, readText, shellLines } from './texts.ts';

test('the commands and options that the texts name are there', () => {
  const lines = allTexts().flatMap((text) => [...shellLines(text), ...inlineCode(text)]);
  const calls = lines.flatMap((line) => {
    // The start of a message, not of a command.
    if (line.startsWith('diskbios itself')) return [];
    const match = /(?:^|[\s("])(?:npx )?diskbios ([a-z-].*)$/.exec(line);
    return match === null || line.startsWith('diskbios.') ? [] : [match[1] ?? ''];
  });
  expect(calls.length).toBeGreaterThan(30);
  expect(calls.flatMap(mistakes)).toEqual([]);
});

test('README names every command', () => {
  const table = inlineCode(readText('README.md')).join('\n');
  const missing = program.commands.filter((one) => !table.includes(`diskbios ${one.name()}`));
  expect(missing.map((one) => one.name())).toEqual([]);
});

test('the targets of make that the texts name are there', () => {
  const targets = [...readText('Makefile').text.matchAll(/^([a-z0-9-]+):/gm)].map(([, name]) => name);
  const named = allTexts().flatMap((text) =>
    [...shellLines(text), ...inlineCode(text)].flatMap((line) => /^make ([a-z0-9-]+)/.exec(line)?.[1] ?? []),
  );
  expect(named).toContain('image');
  expect(named.filter((name) => !targets.includes(name))).toEqual([]);
});

test('README is the same in both languages where it shows commands and links', () => {
  const english = readText('README.md');
  const chinese = readText('docs/README.zh.md');
  expect(shellLines(chinese)).toEqual(shellLines(english));
  expect(new Set(inlineCode(chinese))).toEqual(new Set(inlineCode(english)));
  const sections = (text: string): number => text.match(/^##+ /gm)?.length ?? 0;
  expect(sections(chinese.text)).toBe(sections(english.text));
});
