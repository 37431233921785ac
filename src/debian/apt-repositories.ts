import { join } from 'node:path';
import { UserError } from '../base/errors.ts';
import { packageRoot } from '../base/package-root.ts';
import type { Recipe } from '../recipe/types.ts';
import type { Mirrors } from './mirror.ts';
import { isRolling } from './suites.ts';

/** One repository that apt is to use, with the only key that may sign it. */
export interface AptRepository {
  /** The lock's name for it: `debian`, `security`, or a name from the recipe. */
  readonly source: string;
  /** Base address, no trailing slash. */
  readonly base: string;
  readonly suite: string;
  readonly components: readonly string[];
  /** Public key file, absolute. */
  readonly key: string;
  /** The part of the recipe that names it, for messages. */
  readonly recipePath: readonly (string | number)[];
}

/** Debian's archive keys as they come with the project (`src/debian/keys/README.md`). */
export function debianKey(): string {
  return join(packageRoot(), 'src', 'debian', 'keys', 'debian-archive.gpg');
}

/** Everything the recipe takes packages from. */
export function repositoriesOf(recipe: Recipe, mirrors: Mirrors, key = debianKey()): AptRepository[] {
  const { suite, components, updates, security, repositories } = recipe.source;
  const debian = {
    source: 'debian',
    base: mirrors.main,
    suite,
    components,
    key,
    recipePath: ['packages', 'suite'],
  };
  const beside = isRolling(suite) ? { updates: false, security: false } : { updates, security };
  const all: AptRepository[] = [debian];
  if (beside.updates) all.push({ ...debian, suite: `${suite}-updates` });
  if (beside.security) {
    all.push({ ...debian, source: 'security', base: mirrors.security, suite: `${suite}-security` });
  }
  repositories.forEach((repository, index) => {
    all.push({
      source: repository.name,
      base: mirrors.repositories[repository.name] ?? repository.url,
      suite: repository.suite,
      components: repository.components,
      key: repository.key,
      recipePath: ['packages', 'repositories', index],
    });
  });
  checkNames(recipe);
  for (const repository of all) checkWords(repository, recipe);
  return all;
}

/** The lock tells sources apart by these names. */
function checkNames(recipe: Recipe): void {
  const index = recipe.source.repositories.findIndex(({ name }) => ['debian', 'security'].includes(name));
  if (index < 0) return;
  throw new UserError({
    code: 'reserved-name',
    message: 'the names `debian` and `security` are taken by Debian’s own archives',
    place: recipe.place(['packages', 'repositories', index, 'name']),
    expected: 'another name for this repository',
  });
}

/** Each part becomes a word of a sources.list line, so none may bring words (such as options) of its own. */
function checkWords(repository: AptRepository, recipe: Recipe): void {
  const words = [repository.base, repository.suite, ...repository.components];
  const bad = words.find((word) => !/^[A-Za-z0-9.][^\s[\]#"']*$/.test(word));
  if (bad === undefined) return;
  throw new UserError({
    code: 'bad-source',
    message: `${JSON.stringify(bad)} cannot stand in a package source`,
    place: recipe.place(repository.recipePath),
    expected: 'words without spaces, quotes, brackets or #',
  });
}

/** The line of sources.list(5) for a repository. */
export function sourcesLine(repository: AptRepository, arch: string): string {
  const options = [`arch=${arch}`, `signed-by=${repository.key}`];
  // The Release files of a dated snapshot have expired by nature.
  if (/\/\d{8}T\d{6}Z(\/|$)/.test(repository.base)) options.push('check-valid-until=no');
  const flat = repository.suite.endsWith('/');
  return [
    'deb',
    `[${options.join(' ')}]`,
    repository.base,
    repository.suite,
    ...(flat ? [] : repository.components),
  ].join(' ');
}
