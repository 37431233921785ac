import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { packageRoot } from '../../src/base/package-root.ts';
import type { Fixture } from './e2e-setup.ts';
import { asPlainUser, giveToPlainUser } from './plain-user.ts';

type Folders = Pick<Fixture, 'cache' | 'dir' | 'recipes'>;

/** What registries need, and what makes a Debian. */
const packages = [
  ...['curl', 'ca-certificates'],
  ...['debootstrap', 'gpgv', 'perl-base', 'debian-archive-keyring'],
];

/** The shipped recipe with an entry that starts systems, and what more kinds of templates need. */
export async function buildDualImage({ cache, dir, recipes }: Folders): Promise<string> {
  const recipe = join(recipes, 'dual.yaml');
  const entries = '  entries: !replace\n    - title: dual\n      mode: dual\n';
  writeFileSync(
    recipe,
    `name: dual\nextends: cloud\npe: { packages: [${packages.join(', ')}] }\nboot:\n${entries}`,
  );
  copyFileSync(join(recipes, 'cloud.lock.json'), join(recipes, 'dual.lock.json'));
  giveToPlainUser(join(recipes, 'dual.lock.json'));
  const out = join(dir, 'dual');
  const cli = join(packageRoot(), 'dist', 'diskbios.js');
  const argv = [process.execPath, cli, 'build', '--with-agent', recipe, '-o', out];
  const { code, err } = await asPlainUser(argv, { cwd: dir, env: { HOME: dir, XDG_CACHE_HOME: cache } });
  expect(code, err).toBe(0);
  return join(out, 'dual-agent.iso');
}
