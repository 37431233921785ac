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
import { makeRoots, rootsProblem } from './roots.ts';
import { makeSshKey, type SshKey } from './ssh.ts';

/** What the boot tests share: images built once, by a user without rights, with an empty store of their own. */
export interface Fixture {
  readonly dir: string;
  /** Value of XDG_CACHE_HOME. */
  readonly cache: string;
  /** Folder with copies of the shipped recipes, and those of `own` (see below). */
  readonly recipes: string;
  /**
   * Folder of the built images: the shipped ones (`minimal.iso`, `cloud.iso`, `diskbios.iso`, and `minimal-agent.iso` with the agent),
   * `keyed.iso` (cloud with an SSH key), `quick.iso` and `quick-cloud.iso`, whose menus do not wait, `erofs-agent.iso` and
   * `cpio-agent.iso` (both minimal).
   */
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
  const shipped = ['minimal', 'cloud', 'diskbios'].map(recipe);
  // The roots are not of our making: they take the other processor meanwhile.
  const roots = rootsProblem() === undefined ? makeRoots() : undefined;
  roots?.catch(() => undefined);
  await diskbios('build', ...shipped, '-o', images);
  await Promise.all([
    diskbios('build', '--with-agent', ...shipped, '-o', images),
    diskbios('run', join(images, 'minimal.iso'), '--dry-run'),
  ]);
  const store = join(cache, 'diskbios');
  const id = readFileSync(join(store, 'qemu-used-last'), 'utf8').trim();
  const tools = join(store, 'steps', id.slice(0, 2), id);

  const key = await makeSshKey(tools, dir);
  const own: Readonly<Record<string, readonly [string, ...string[]]>> = {
    keyed: ['cloud', 'boot: { timeout: 0 }', `pe: { ssh-keys: [${JSON.stringify(key.line)}] }`],
    quick: ['minimal', 'boot: { timeout: 0 }'],
    'quick-cloud': ['cloud', 'boot: { timeout: 0 }'],
    erofs: ['minimal', 'pe: { livefs: erofs }'],
    cpio: ['minimal', 'pe: { livefs: cpio }'],
  };
  for (const [name, [base, ...lines]] of Object.entries(own)) {
    writeFileSync(recipe(name), [`name: ${name}`, `extends: ${base}`, ...lines, ''].join('\n'));
    copyFileSync(join(recipes, `${base}.lock.json`), join(recipes, `${name}.lock.json`));
    giveToPlainUser(join(recipes, `${name}.lock.json`));
  }
  await Promise.all([
    diskbios('build', ...['keyed', 'quick', 'quick-cloud'].map(recipe), '-o', images),
    diskbios('build', '--with-agent', recipe('erofs'), recipe('cpio'), '-o', images),
    roots,
  ]);
  return { dir, cache, recipes, images, tools, key, log };
}
