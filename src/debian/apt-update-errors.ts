import { type Diagnostic, FailedError, UserError } from '../base/errors.ts';
import { nearest } from '../base/suggest.ts';
import type { Recipe } from '../recipe/types.ts';
import type { AptRepository } from './apt-repositories.ts';
import type { Mirrors } from './mirror.ts';
import { debianSuites } from './suites.ts';

interface Context {
  readonly recipe: Recipe;
  readonly mirrors: Mirrors;
  readonly repositories: readonly AptRepository[];
}

/** Turns what `apt-get update` complained about into the error to throw; `undefined` where it did not complain. */
export function updateError(stderr: string, context: Context): Error | undefined {
  const lines = stderr.split('\n').filter((line) => /^[EW]: /.test(line) && !isAftermath(line));
  if (lines.length === 0) return undefined;
  const mistakes = lines.flatMap((line) => recipeMistake(line, context) ?? []);
  if (mistakes.length > 0) return new UserError(mistakes);
  for (const line of lines) {
    const error = failure(line, context);
    if (error !== undefined) return error;
  }
  return new FailedError('apt-update', `the package lists could not be read:\n${lines.join('\n')}`);
}

function isAftermath(line: string): boolean {
  return /Some index files failed to download|Download is performed unsandboxed/.test(line);
}

function repositoryAt(
  address: string,
  suite: string | undefined,
  context: Context,
): AptRepository | undefined {
  const plain = (text: string): string => text.replace(/^file:\/+/, 'file:/');
  return context.repositories.find(
    (item) => plain(address).startsWith(plain(item.base)) && (suite === undefined || item.suite === suite),
  );
}

function recipeMistake(line: string, context: Context): Diagnostic | undefined {
  const { recipe } = context;
  const release =
    /The repository '(\S+) (\S+)[^']*' (does not have a Release file|is not signed|no longer has)/.exec(line);
  if (release !== null) {
    const [, base = '', suite = '', what] = release;
    const repository = repositoryAt(base, suite, context);
    if (repository === undefined) return undefined;
    const place = recipe.place(repository.recipePath);
    if (what === 'is not signed') {
      return {
        code: 'not-signed',
        message: `the repository ${base} ${suite} is not signed, so its packages cannot be trusted`,
        place,
      };
    }
    const near = repository.source === 'debian' ? nearest(recipe.source.suite, debianSuites) : undefined;
    return {
      code: 'no-such-suite',
      message: `${base} has no suite ${suite}`,
      place,
      ...(near === undefined || near === recipe.source.suite ? {} : { hint: `did you mean ${near}?` }),
    };
  }
  const component = /as repository '(\S+) (\S+)[^']*' doesn't have the component '([^']+)'/.exec(line);
  if (component !== null) {
    const [, base = '', suite = '', name = ''] = component;
    const repository = repositoryAt(base, suite, context);
    const own = repository === undefined || repository.recipePath[1] === 'suite';
    return {
      code: 'no-such-component',
      message: `${base} ${suite} has no component ${name}`,
      place: recipe.place([
        ...(own ? ['source'] : repository.recipePath),
        'components',
        repository?.components.indexOf(name) ?? 0,
      ]),
      ...hintFor(nearest(name, ['main', 'contrib', 'non-free', 'non-free-firmware'])),
    };
  }
  const arch = /as repository '(\S+) (\S+)[^']*' doesn't support architecture '([^']+)'/.exec(line);
  if (arch !== null) {
    return {
      code: 'no-such-arch',
      message: `${arch[1] ?? ''} ${arch[2] ?? ''} has no packages for ${arch[3] ?? ''}`,
      place: recipe.place(['arch']),
    };
  }
  return wrongKey(line, context);
}

function hintFor(near: string | undefined): { hint?: string } {
  return near === undefined ? {} : { hint: `did you mean ${near}?` };
}

/** The key of a recipe's own repository is named in the recipe; Debian's keys are the project's affair. */
function wrongKey(line: string, context: Context): Diagnostic | undefined {
  const match = /GPG error: (\S+) (\S+) [^:]*: (.*NO_PUBKEY.*)/.exec(line);
  if (match === null) return undefined;
  const [, base = '', suite = '', what = ''] = match;
  const repository = repositoryAt(base, suite, context);
  if (repository === undefined || repository.recipePath[1] === 'suite') return undefined;
  return {
    code: 'wrong-key',
    message: `${base} ${suite} is signed by another key than the recipe names (${keyIds(what)})`,
    place: context.recipe.place([...repository.recipePath, 'key']),
    hint: `${repository.key} must hold the public key with which the repository is signed`,
  };
}

function keyIds(text: string): string {
  return [...new Set([...text.matchAll(/NO_PUBKEY ([0-9A-F]+)/g)].map((match) => match[1] ?? ''))].join(', ');
}

function failure(line: string, { mirrors }: Context): FailedError | undefined {
  const signature = /GPG error: (\S+) (\S+) [^:]*: (.*)/.exec(line);
  if (signature !== null) {
    const [, base = '', suite = '', what = ''] = signature;
    return new FailedError(
      'bad-signature',
      `${base} ${suite} has no valid signature of Debian's archive keys: ${what}`,
      {
        hint: 'something between this machine and the mirror changes what is sent, or the mirror is not Debian’s; nothing of it was used',
      },
    );
  }
  const time = /Release file for (\S+) is (not valid yet|expired)(.*)/.exec(line);
  if (time !== null) {
    return new FailedError('release-time', `${time[1] ?? ''} is ${time[2] ?? ''}${time[3] ?? ''}`, {
      hint: 'check the clock of this machine; if it is right, the mirror is no longer kept up to date: choose another',
    });
  }
  const fetch = /Failed to fetch (\S+)\s+(.*)/.exec(line);
  if (fetch === null) return undefined;
  const [, address = '', why = ''] = fetch;
  if (/Hash Sum mismatch|unexpected size|Mirror sync/.test(why)) {
    return new FailedError(
      'mirror-out-of-step',
      `${address} does not fit the mirror's signed index: ${why}`,
      {
        hint: 'the mirror is just being updated, or is damaged: try again in a few minutes, or choose another',
      },
    );
  }
  return new FailedError('mirror-unreachable', `${address} cannot be fetched: ${why}`, {
    hint: `the mirror comes from ${mirrors.from}; with a lock that fits the recipe, no package list is needed`,
  });
}
