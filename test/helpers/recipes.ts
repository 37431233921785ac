import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package-root.ts';
import type { Fixture } from './e2e-setup.ts';
import { asPlainUser, giveToPlainUser } from './plain-user.ts';

const cli = join(packageRoot(), 'dist', 'diskbios.js');

/** Builds recipes that extend the minimal one, with these lines of YAML added, into the fixture's folder of images. */
export async function buildRecipes(
  { dir, cache, recipes, images }: Fixture,
  additions: Readonly<Record<string, string>>,
): Promise<void> {
  const files = Object.entries(additions).map(([name, lines]) => {
    const file = join(recipes, `${name}.yaml`);
    writeFileSync(file, `name: ${name}\nextends: minimal\n${lines}`);
    const lock = join(recipes, `${name}.lock.json`);
    copyFileSync(join(recipes, 'minimal.lock.json'), lock);
    giveToPlainUser(lock);
    return file;
  });
  const argv = [process.execPath, cli, 'build', ...files, '-o', images];
  const { code, out, err } = await asPlainUser(argv, { cwd: dir, env: { HOME: dir, XDG_CACHE_HOME: cache } });
  if (code !== 0) throw new Error(`${Object.keys(additions).join(', ')} were not built:\n${err}${out}`);
}
