import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Writes files into a new folder, which is gone after the test; returns the folder. */
export function writeRecipes(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'diskbios-recipe-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** A recipe that is right by itself; `more` is added to it. */
export function parent(more = ''): string {
  return `name: parent\nkernel: { package: linux-image-amd64 }\nboot: { entries: [{ title: live }] }\n${more}`;
}
