import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../../src/base/package-root.ts';
import { readText } from './texts.ts';

interface LintEntry {
  readonly files?: readonly string[];
  readonly rules?: Readonly<Record<string, unknown>>;
}

const [, table = ''] =
  /<!-- layers -->\n([\s\S]*?)<!-- \/layers -->/.exec(readText('docs/architecture.md').text) ?? [];

/** The table's rows: folder → what it may import beside itself. */
const rows = new Map(
  [...table.matchAll(/^\| `(\w+)` \|[^|]*\| ?([^|]*?) ?\|$/gm)].map(([, folder = '', imports = '']) => [
    folder,
    imports === '' ? [] : imports.split(', '),
  ]),
);

/** The layering as ESLint enforces it, read off the messages of its rules. */
async function enforced(): Promise<Map<string, string[]>> {
  const path = join(packageRoot(), '.config/eslint.config.mjs');
  const config = (await import(path)) as { default: readonly LintEntry[] };
  const layers = new Map<string, string[]>();
  for (const entry of config.default) {
    const folder = /^src\/(\w+)\/\*\*/.exec(entry.files?.[0] ?? '')?.[1];
    const rule = JSON.stringify(entry.rules?.['@typescript-eslint/no-restricted-imports'] ?? '');
    const allowed = /may import only from: ([\w, ]+) \(/.exec(rule)?.[1];
    if (folder !== undefined && allowed !== undefined)
      layers.set(
        folder,
        allowed.split(', ').filter((one) => one !== folder),
      );
  }
  return layers;
}

const folders = readdirSync(join(packageRoot(), 'src'), { withFileTypes: true })
  .filter((item) => item.isDirectory())
  .map((item) => item.name)
  .sort();

/** The other folders of src that a folder's files import from. */
function imported(folder: string): string[] {
  const root = join(packageRoot(), 'src', folder);
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  const found = files.flatMap((name) => {
    const up = name.split('/').length;
    const pattern = new RegExp(`from '(?:\\.\\./){${up}}(\\w+)/|import\\('(?:\\.\\./){${up}}(\\w+)/`, 'g');
    const text = readFileSync(join(root, name), 'utf8');
    return [...text.matchAll(pattern)].map(([, plain, lazy]) => plain ?? lazy ?? '');
  });
  return [...new Set(found)].sort();
}

describe('the table of layers', () => {
  test('has a row for each folder of src', () => {
    expect([...rows.keys()].sort()).toEqual(folders);
  });

  test('says what ESLint enforces', async () => {
    const layers = await enforced();
    expect(layers.size).toBeGreaterThan(10);
    for (const [folder, allowed] of layers) expect(rows.get(folder), folder).toEqual(allowed);
    expect(folders.filter((folder) => !layers.has(folder))).toEqual(['cli', 'pe']);
  });

  test.each(folders)('holds for the imports of src/%s', (folder) => {
    const allowed = rows.get(folder) ?? [];
    const others = allowed[0] === 'all but pe' ? folders.filter((name) => name !== 'pe') : allowed;
    expect(imported(folder).filter((name) => !others.includes(name))).toEqual([]);
  });
});
