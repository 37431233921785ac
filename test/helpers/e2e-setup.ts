import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { packageRoot } from '../../src/base/package-root.ts';
import { asPlainUser, giveToPlainUser } from './plain-user.ts';
import { makeSshKey, type SshKey } from './ssh.ts';

/** What the boot tests share: images built once, by a user without rights, with an empty store of their own. */
export interface Fixture {
  readonly dir: string;
  /** Value of XDG_CACHE_HOME. */
  readonly cache: string;
  /** Folder with copies of the shipped recipes and `keyed.yaml` (cloud with an SSH key). */
  readonly recipes: string;
  /** Folder of the built images: `minimal.iso`, and `minimal-agent.iso` with the agent. */
  readonly images: string;
  /** Folder of the pinned QEMU and its companions. */
  readonly tools: string;
  readonly key: SshKey;
  /** What the builds said. */
  readonly log: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly fixture: Fixture;
  }
}

const cli = join(packageRoot(), 'dist', 'diskbios.js');

/** Builds what all boot tests need, before the first; removes it after the last. */
export default async function setup(project: TestProject): Promise<() => void> {
  const dir = mkdtempSync(join(tmpdir(), 'e2e-'));
  try {
    project.provide('fixture', await makeFixture(dir));
  } catch (error) {
    rmSync(dir, { recursive: true, force: true });
    throw error;
  }
  return () => rmSync(dir, { recursive: true, force: true });
}

async function makeFixture(dir: string): Promise<Fixture> {
  const [cache, recipes, images] = ['cache', 'recipes', 'images'].map((name) => join(dir, name));
  if (cache === undefined || recipes === undefined || images === undefined) throw new Error('unreachable');
  for (const path of [dir, cache, recipes, images]) {
    mkdirSync(path, { recursive: true });
    giveToPlainUser(path);
  }
  for (const folder of ['recipes', 'test/e2e/recipes'].map((path) => join(packageRoot(), path))) {
    for (const name of readdirSync(folder).filter((file) => file.endsWith('.yaml'))) {
      copyFileSync(join(folder, name), join(recipes, name));
      giveToPlainUser(join(recipes, name));
    }
  }

  let log = '';
  const diskbios = async (...args: string[]): Promise<string> => {
    const argv = [process.execPath, cli, ...args];
    const { out, err, code } = await asPlainUser(argv, {
      cwd: dir,
      env: { HOME: dir, XDG_CACHE_HOME: cache },
    });
    log += `$ diskbios ${args.join(' ')}\n${err}${out}`;
    if (code !== 0)
      throw new Error(`diskbios ${args.join(' ')} ended with ${code ?? 'a signal'}:\n${err}${out}`);
    return out;
  };
  const recipe = (name: string): string => join(recipes, `${name}.yaml`);
  const minimal = join(images, 'minimal.iso');
  await diskbios('build', ...['minimal', 'cloud', 'diskbios'].map(recipe), '-o', images);
  await diskbios('build', '--with-agent', ...['minimal', 'cloud', 'diskbios'].map(recipe), '-o', images);
  for (const form of ['erofs', 'cpio']) {
    const settings = ['--set', `pe.livefs=${form}`, '--set', `name=${form}`];
    await diskbios('build', '--with-agent', recipe('minimal'), ...settings, '-o', images);
  }
  await diskbios('run', minimal, '--dry-run');
  const store = join(cache, 'diskbios');
  const id = readFileSync(join(store, 'qemu-used-last'), 'utf8').trim();
  const tools = join(store, 'steps', id.slice(0, 2), id);

  const key = await makeSshKey(tools, dir);
  writeFileSync(
    recipe('keyed'),
    ['name: keyed', 'extends: cloud', 'pe:', `  ssh-keys: [${JSON.stringify(key.line)}]`, ''].join('\n'),
  );
  copyFileSync(join(recipes, 'cloud.lock.json'), join(recipes, 'keyed.lock.json'));
  giveToPlainUser(join(recipes, 'keyed.lock.json'));
  await diskbios('build', recipe('keyed'), '-o', images);
  return { dir, cache, recipes, images, tools, key, log };
}
