import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { modes } from '../../../src/base/cmdline.ts';
import { grubFiles } from '../../../src/media/package-files.ts';
import { templates } from './menus.ts';

const files = grubFiles();
const theme = readFileSync(files['theme/theme.txt.in']!.path, 'utf8');

describe('the theme', () => {
  it('has every picture that it names', () => {
    const names = [...theme.matchAll(/"([\w*]+\.png)"/g)].map((match) => match[1]!);
    expect(names.length).toBeGreaterThan(5);
    for (const name of names) {
      expect(Object.keys(files), name).toContain(`theme/${name.replace('*', 'c')}`);
    }
  });

  it('has an icon for every class of entry', () => {
    const classes = Object.values(templates).flatMap((text) =>
      [...text.matchAll(/--class (\w+)/g)].map((match) => match[1]!),
    );
    for (const name of [...classes, ...modes]) {
      expect(Object.keys(files)).toContain(`theme/icons/${name}.png`);
    }
  });

  it('keeps its own drawing program to itself', () => {
    expect(Object.keys(files)).not.toContain('theme/artwork.mjs');
  });
});
