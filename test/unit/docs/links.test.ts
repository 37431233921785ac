import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../src/base/package-root.ts';
import { allTexts, readText, type Text, withoutBlocks } from './texts.ts';

function links(text: Text): string[] {
  const prose = withoutBlocks(text).replaceAll(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
}

/** The names of a page's headings in links, as GitHub makes them. */
function anchors(text: Text): string[] {
  return [...withoutBlocks(text).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Why a link leads nowhere; `undefined` where it leads somewhere. */
function broken(from: Text, link: string): string | undefined {
  if (/^https?:/.test(link)) return undefined;
  const [path = '', anchor] = link.split('#');
  const file = path === '' ? from.file : join(dirname(from.file), path);
  if (!existsSync(join(packageRoot(), file))) return `${from.file}: ${link}: there is no ${file}`;
  if (anchor === undefined || anchors(readText(file)).includes(anchor)) return undefined;
  return `${from.file}: ${link}: ${file} has no such heading`;
}

test('every link between the texts leads somewhere', () => {
  const texts = allTexts();
  const all = texts.flatMap((text) => links(text).map((link) => ({ text, link })));
  expect(all.length).toBeGreaterThan(20);
  expect(all.flatMap(({ text, link }) => broken(text, link) ?? [])).toEqual([]);
});

test('every page of the manual can be reached from README', () => {
  const reached = new Set<string>();
  const visit = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const link of links(readText(file))) {
      const [path = ''] = link.split('#');
      if (path.endsWith('.md')) visit(join(dirname(file), path));
    }
  };
  visit('README.md');
  const unreached = allTexts().filter(({ file }) => !reached.has(file));
  expect(unreached.map(({ file }) => file)).toEqual([]);
});
