import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError, MissingError } from '../base/errors.ts';
import type { Monitor } from '../base/events.ts';
import { digestOf } from '../base/json.ts';
import type { Recipe } from '../recipe/types.ts';
import { findProgram, type RunResult, run } from '../sys/run.ts';
import { withScratch } from '../sys/scratch.ts';
import { writeAptConfig } from './apt-config.ts';
import { withAptDir } from './apt-dir.ts';
import { withPlainKeys } from './apt-keys.ts';
import { type AptRepository, repositoriesOf } from './apt-repositories.ts';
import { updateError } from './apt-update-errors.ts';
import { parseUris } from './apt-uris.ts';
import type { Mirrors } from './mirror.ts';
import type { LockedPackage } from './package.ts';

export interface AptOptions {
  /** Folder for apt's lists and caches; kept, so that the next update is cheap. */
  readonly aptDir: string;
  /** Folder for temporary files; default `aptDir`. */
  readonly tmpDir?: string | undefined;
  /** Public keys that may sign Debian's archives; default: those that come with the project. */
  readonly debianKey?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly monitor?: Monitor | undefined;
}

/** What apt made of a list of packages: all that must be installed, or why that cannot be. */
export type Resolution =
  | { readonly ok: true; readonly packages: LockedPackage[] }
  | { readonly ok: false; readonly why: string };

/** The package lists of a recipe's sources, up to date and with checked signatures. */
export interface Apt {
  /** The names of all packages that there are. */
  names(): Promise<Set<string>>;
  /** When the sources were last changed, as they say themselves: seconds since 1970. */
  date(): number;
  /** The packages that provide a virtual package. */
  providers(name: string): Promise<string[]>;
  /** The packages that `packages` need, each of `pins` in the given version where that is still to be had. */
  resolve(packages: readonly string[], pins: ReadonlyMap<string, string>): Promise<Resolution>;
}

/** Brings the package lists up to date with this machine's apt-get, in a configuration of our own, and asks them. */
export async function withApt<T>(
  recipe: Recipe,
  mirrors: Mirrors,
  options: AptOptions,
  work: (apt: Apt) => Promise<T>,
): Promise<T> {
  if (findProgram('apt-get') === undefined) throw noApt();
  const { aptDir, tmpDir = aptDir, signal, monitor } = options;
  const repositories = repositoriesOf(recipe, mirrors, options.debianKey);
  const name = digestOf({
    arch: recipe.arch,
    repositories: repositories.map(({ base, suite, components }) => [base, suite, ...components]),
  }).slice(0, 16);
  return withAptDir(aptDir, name, tmpDir, async (dir) =>
    withPlainKeys(repositories, async (signed) => {
      const env = writeAptConfig(dir, signed, recipe.arch);
      const apt: RunApt = (argv) => run(argv, { env, okCodes: [0, 100], signal, monitor });

      const updated = await apt(['apt-get', 'update', '-qq']);
      const error = updateError(updated.stderr, { recipe, mirrors, repositories });
      if (error !== undefined) throw error;
      if (updated.exitCode !== 0) throw failed('apt-get update', updated);

      return withScratch(tmpDir, (scratch) => work(asking(apt, { dir, repositories, scratch })));
    }),
  );
}

type RunApt = (argv: readonly string[]) => Promise<RunResult>;

interface Place {
  readonly dir: string;
  readonly scratch: string;
  readonly repositories: readonly AptRepository[];
}

function asking(apt: RunApt, { dir, scratch, repositories }: Place): Apt {
  let questions = 0;
  return {
    names: async () => new Set(words((await apt(['apt-cache', 'pkgnames'])).stdout)),
    date: () => releaseDate(join(dir, 'lists')),
    providers: async (name) => {
      const { stdout } = await apt(['apt-cache', 'showpkg', '--', name]);
      const rows = (stdout.split(/^Reverse Provides: ?\n/m)[1] ?? '').split('\n');
      return [...new Set(rows.map((row) => row.split(' ', 1)[0] ?? ''))].filter((word) => word !== '').sort();
    },
    resolve: async (packages, pins) => {
      if (packages.length === 0) return { ok: true, packages: [] };
      questions += 1;
      const preferences = join(scratch, `preferences-${questions}`);
      writeFileSync(preferences, preferencesText(pins));
      const options = ['--print-uris', '-qy', '-o', `Dir::Etc::preferences=${preferences}`];
      const answer = await apt(['apt-get', 'install', ...options, '--', ...packages]);
      if (answer.exitCode !== 0) return { ok: false, why: whyNot(answer) };
      return { ok: true, packages: parseUris(answer.stdout, repositories) };
    },
  };
}

/** The latest `Date` of the Release files among apt's lists. */
function releaseDate(lists: string): number {
  const dates = readdirSync(lists)
    .filter((name) => /Release$/.test(name))
    .map((name) => /^Date: (.*)$/m.exec(readFileSync(join(lists, name), 'utf8'))?.[1] ?? '')
    .map((text) => Date.parse(text) / 1000)
    .filter((time) => Number.isSafeInteger(time));
  return Math.max(0, ...dates);
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

/** apt_preferences(5): above 1000, a version is taken even where a newer one is offered. */
function preferencesText(pins: ReadonlyMap<string, string>): string {
  return [...pins]
    .map(([name, version]) => `Package: ${name}\nPin: version ${version}\nPin-Priority: 1001\n`)
    .join('\n');
}

/** The part of apt's answer that says which packages do not fit together, else its error lines. */
function whyNot({ stdout, stderr }: RunResult): string {
  const [, unmet] = stdout.split(/^The following packages have unmet dependencies:\n/m);
  const lines = (unmet ?? stderr).split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => line.trim()).join('\n');
}

function failed(command: string, result: RunResult): CommandError {
  return new CommandError(command, { exitCode: result.exitCode, lastLines: result.stderr || result.stdout });
}

function noApt(): MissingError {
  const installers = ['dnf', 'zypper', 'pacman'] as const;
  const found = installers.find((name) => findProgram(name) !== undefined);
  const install = {
    dnf: 'sudo dnf install apt',
    zypper: 'sudo zypper install apt',
    pacman: 'sudo pacman -S apt',
  };
  return new MissingError(
    'apt-get is not on this machine; it is needed to choose package versions (not to build from a lock that fits)',
    found === undefined ? 'sudo apt-get install apt' : install[found],
  );
}
