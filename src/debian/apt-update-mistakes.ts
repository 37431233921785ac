import type { Diagnostic } from '../base/errors.ts';
import { nearest } from '../base/suggest.ts';
import type { Recipe } from '../recipe/types.ts';
import type { AptRepository } from './apt-repositories.ts';
import type { Mirrors } from './mirror.ts';
import { baseSuite, debianSuites } from './suites.ts';

/** What `apt-get update` was started with. */
export interface UpdateContext {
  readonly recipe: Recipe;
  readonly mirrors: Mirrors;
  readonly repositories: readonly AptRepository[];
}

/** What apt says of a signature: address, suite, reason. apt 2 checks with GnuPG, apt 3 with Sequoia. */
export const signatureProblem =
  /(?:GPG error|OpenPGP signature verification failed): (\S+) (\S+) [^:]*: (.*)/;

/** The mistake in the recipe that a line of apt's complaints is about, if it is about one. */
export function recipeMistake(line: string, context: UpdateContext): Diagnostic | undefined {
  for (const read of [missingSuite, missingComponent, missingArch, wrongKey]) {
    const mistake = read(line, context);
    if (mistake !== undefined) return mistake;
  }
  return undefined;
}

function missingSuite(line: string, context: UpdateContext): Diagnostic | undefined {
  const match =
    /The repository '(\S+) (\S+)[^']*' (does not have a Release file|is not signed|no longer has)/.exec(line);
  const [, base = '', suite = '', what = ''] = match ?? [];
  const repository = repositoryAt(base, suite, context);
  if (repository === undefined) return undefined;
  const place = context.recipe.place(repository.recipePath);
  if (what === 'is not signed') {
    if (isDebians(repository)) return undefined;
    const message = `the repository ${base} ${suite} is not signed, so its packages cannot be trusted`;
    return { code: 'not-signed', message, place };
  }
  const message = `${base} has no suite ${suite}`;
  return { code: 'no-such-suite', message, place, hint: suiteHint(suite, context) };
}

function suiteHint(suite: string, { mirrors }: UpdateContext): string {
  const near = nearest(baseSuite(suite), debianSuites);
  return near === undefined || near === baseSuite(suite)
    ? `is it a mirror of packages at all? it comes from ${mirrors.from}`
    : `did you mean ${near}?`;
}

function missingComponent(line: string, context: UpdateContext): Diagnostic | undefined {
  const match = /as repository '(\S+) (\S+)[^']*' doesn't have the component '([^']+)'/.exec(line);
  const [, base = '', suite = '', name = ''] = match ?? [];
  const repository = repositoryAt(base, suite, context);
  if (repository === undefined) return undefined;
  const parent = isDebians(repository) ? ['packages'] : repository.recipePath;
  const near = nearest(name, ['main', 'contrib', 'non-free', 'non-free-firmware']);
  return {
    code: 'no-such-component',
    message: `${base} ${suite} has no component ${name}`,
    place: context.recipe.place([...parent, 'components', repository.components.indexOf(name)]),
    hint: near === undefined ? undefined : `did you mean ${near}?`,
  };
}

function missingArch(line: string, { recipe }: UpdateContext): Diagnostic | undefined {
  const match = /as repository '(\S+) (\S+)[^']*' doesn't support architecture '([^']+)'/.exec(line);
  if (match === null) return undefined;
  const [, base = '', suite = '', arch = ''] = match;
  const message = `${base} ${suite} has no packages for ${arch}`;
  return { code: 'no-such-arch', message, place: recipe.place(['arch']) };
}

/** The key of a recipe's own repository is named in the recipe; Debian's keys are the project's affair. */
function wrongKey(line: string, context: UpdateContext): Diagnostic | undefined {
  const match = signatureProblem.exec(line);
  const [, base = '', suite = '', what = ''] = match ?? [];
  const repository = repositoryAt(base, suite, context);
  const keys = keyIds(what);
  if (repository === undefined || isDebians(repository) || keys === '') return undefined;
  return {
    code: 'wrong-key',
    message: `${base} ${suite} is signed by another key than the recipe names (${keys})`,
    place: context.recipe.place([...repository.recipePath, 'key']),
    hint: `${repository.key} must hold the public key with which the repository is signed`,
  };
}

function keyIds(text: string): string {
  return [
    ...new Set([...text.matchAll(/(?:NO_PUBKEY|Missing key) ([0-9A-F]+)/g)].map((match) => match[1] ?? '')),
  ].join(', ');
}

function repositoryAt(address: string, suite: string, context: UpdateContext): AptRepository | undefined {
  const plain = (text: string): string => text.replace(/^file:\/+/, 'file:/').replace(/\/+$/, '');
  return context.repositories.find((item) => plain(item.base) === plain(address) && item.suite === suite);
}

function isDebians(repository: AptRepository): boolean {
  return repository.recipePath[1] === 'suite';
}
