import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package-root.ts';
import type { ProofReport } from '../../src/proof/result.ts';
import type { Fixture } from './e2e-setup.ts';
import { asPlainUser, type Ended, giveToPlainUser, type PlainOptions } from './plain-user.ts';

const cli = join(packageRoot(), 'dist', 'diskbios.js');

/** A folder of a user without rights, in which `diskbios test` is run. */
export interface TestFolder {
  readonly dir: string;
  /** Writes a recipe that is the minimal one with these lines of YAML added, and its lock; gives its path. */
  readonly recipe: (name: string, lines: string) => string;
  readonly file: (name: string, text: string) => string;
  readonly test: (args: readonly string[], options?: PlainOptions) => Promise<Ended>;
  readonly report: (name: string) => ProofReport;
}

export function testFolder({ dir, cache, recipes }: Fixture, name: string): TestFolder {
  const folder = join(dir, `test-${name}`);
  mkdirSync(folder);
  giveToPlainUser(folder);
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    giveToPlainUser(path);
    return path;
  };
  return {
    dir: folder,
    file,
    recipe: (name, lines) => {
      const lock = join(folder, `${name}.lock.json`);
      copyFileSync(join(recipes, 'minimal.lock.json'), lock);
      giveToPlainUser(lock);
      return file(`${name}.yaml`, `name: ${name}\nextends: ${join(recipes, 'minimal.yaml')}\n${lines}`);
    },
    test: (args, options = {}) =>
      asPlainUser([process.execPath, cli, 'test', ...args], {
        cwd: folder,
        env: { HOME: dir, XDG_CACHE_HOME: cache },
        ...options,
      }),
    report: (name) =>
      JSON.parse(readFileSync(join(folder, 'out', 'tests', name, 'report.json'), 'utf8')) as ProofReport,
  };
}
