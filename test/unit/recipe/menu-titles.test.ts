import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { menuTitles } from '../../../src/base/menu-titles.ts';
import { packageRoot } from '../../../src/base/package-root.ts';

test('the built-in entries that tests may choose are those of the menu', () => {
  const folder = join(packageRoot(), 'grub');
  const titles = readdirSync(folder)
    .filter((name) => name.endsWith('.cfg.in'))
    .flatMap((name) => [...readFileSync(join(folder, name), 'utf8').matchAll(/menuentry '([^']*)'/g)])
    .map(([, title]) => title);
  expect(titles.toSorted()).toEqual(Object.values(menuTitles).toSorted());
});
