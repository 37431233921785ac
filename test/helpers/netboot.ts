import { join } from 'node:path';
import { packageRoot } from '../../src/base/package-root.ts';
import type { Fixture } from './e2e-setup.ts';
import { asPlainUser } from './plain-user.ts';

/** Builds the minimal recipe's folder for network boot; gives its path. */
export async function buildNetboot({ dir, cache, recipes, images }: Fixture): Promise<string> {
  const recipe = join(recipes, 'minimal.yaml');
  const build = ['build', recipe, '--medium', 'netboot', '-o', images];
  const argv = [process.execPath, join(packageRoot(), 'dist', 'diskbios.js'), ...build];
  const { err, code } = await asPlainUser(argv, { cwd: dir, env: { HOME: dir, XDG_CACHE_HOME: cache } });
  if (code !== 0) throw new Error(`the folder was not built:\n${err}`);
  return join(images, 'minimal-netboot');
}
