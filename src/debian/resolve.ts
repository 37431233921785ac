import { type Diagnostic, FailedError, UserError } from '../base/errors.ts';
import { silent } from '../base/events.ts';
import { nearest } from '../base/suggest.ts';
import type { Recipe } from '../recipe/types.ts';
import { type Apt, type AptOptions, withApt } from './apt.ts';
import type { Lock } from './lock-file.ts';
import { type LockRequest, packagePath } from './lock-request.ts';
import type { Mirrors } from './mirror.ts';
import type { LockedPackage } from './package.ts';

/** Versions to keep, by package name, for each list of a lock. */
export type Pins = Readonly<Record<'image' | 'build' | 'qemu', ReadonlyMap<string, string>>>;

export const noPins: Pins = { image: new Map(), build: new Map(), qemu: new Map() };

/** Chooses the packages that a recipe needs, with the mirror's present package lists. */
export async function resolveLock(
  recipe: Recipe,
  request: LockRequest,
  mirrors: Mirrors,
  pins: Pins,
  options: AptOptions,
): Promise<Lock> {
  return withApt(recipe, mirrors, options, async (apt) => {
    const notes = options.monitor ?? silent;
    const set = async (wanted: readonly string[], kept: ReadonlyMap<string, string>): Promise<Outcome> => {
      const first = await apt.resolve(wanted, kept);
      if (first.ok || kept.size === 0) return first;
      const again = await apt.resolve(wanted, new Map());
      if (again.ok) {
        notes({
          type: 'note',
          text: 'the locked versions no longer fit together: all versions are chosen anew',
        });
      }
      return again;
    };
    const [names, image, build, qemu] = await Promise.all([
      apt.names(),
      set(request.packages, pins.image),
      set(request.tools.build, pins.build),
      set(request.tools.qemu, pins.qemu),
    ]);
    await refuseUnknown(recipe, request, names, apt);
    if (!image.ok) throw conflict(recipe, image.why);
    return {
      lockVersion: 1,
      request,
      image: image.packages,
      tools: { build: toolPackages(build), qemu: toolPackages(qemu) },
    };
  });
}

type Outcome = Awaited<ReturnType<Apt['resolve']>>;

/** All packages of the recipe that the sources do not have, at once. */
async function refuseUnknown(
  recipe: Recipe,
  request: LockRequest,
  names: ReadonlySet<string>,
  apt: Apt,
): Promise<void> {
  const unknown = request.packages.filter((name) => !names.has(name));
  if (unknown.length > 0) {
    throw new UserError(await Promise.all(unknown.map((name) => unknownPackage(recipe, name, names, apt))));
  }
  const tools = Object.values(request.tools)
    .flat()
    .filter((name) => !names.has(name));
  if (tools.length > 0) {
    throw new FailedError('no-such-tool', `the package sources lack build tools: ${tools.join(', ')}`, {
      hint: `the tools are taken from ${request.suite} ${request.components.join(' ')}; is \`main\` among the components?`,
    });
  }
}

async function unknownPackage(
  recipe: Recipe,
  name: string,
  names: ReadonlySet<string>,
  apt: Apt,
): Promise<Diagnostic> {
  const place = recipe.place(packagePath(recipe, name));
  const { suite, components } = recipe.source;
  const providers = await apt.providers(name);
  if (providers.length > 0) {
    return {
      code: 'virtual-package',
      message: `${name} is a virtual package: only others provide it`,
      place,
      expected: `one of ${providers.slice(0, 8).join(', ')}`,
    };
  }
  const near = nearest(name, names);
  return {
    code: 'no-such-package',
    message: `there is no package ${name} in ${suite} (${components.join(', ')}) for ${recipe.arch}`,
    place,
    ...(near === undefined ? {} : { hint: `did you mean ${near}?` }),
  };
}

function conflict(recipe: Recipe, why: string): UserError {
  return new UserError({
    code: 'package-conflict',
    message: `the packages do not fit together:\n${why}`,
    place: recipe.place(['pe', 'packages']),
    hint: 'take one of them out of the recipe',
  });
}

function toolPackages(outcome: Outcome): LockedPackage[] {
  if (outcome.ok) return outcome.packages;
  throw new FailedError(
    'tools-conflict',
    `the packages of the build tools do not fit together:\n${outcome.why}`,
  );
}
