import { type Diagnostic, FailedError, UserError } from '../base/errors.ts';
import { silent } from '../base/events.ts';
import { nearest } from '../base/suggest.ts';
import type { Recipe } from '../recipe/types.ts';
import { type Apt, type AptOptions, type Resolution, withApt } from './apt.ts';
import type { Lock } from './lock-file.ts';
import { kernelPath, type LockRequest, packagePath } from './lock-request.ts';
import type { Mirrors } from './mirror.ts';
import type { LockedPackage } from './package.ts';
import { perToolset, toolsetNames } from './toolsets.ts';

const setNames = ['image', 'kernel', 'toolchain', 'console', 'firmware', ...toolsetNames] as const;
type SetName = (typeof setNames)[number];

/** Versions to keep, by package name, for each list of a lock. */
export type Pins = Readonly<Record<SetName, ReadonlyMap<string, string>>>;

export const noPins: Pins = {
  image: new Map(),
  kernel: new Map(),
  toolchain: new Map(),
  console: new Map(),
  firmware: new Map(),
  ...perToolset(() => new Map()),
};

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
    const set = async (
      packages: readonly string[],
      kept: ReadonlyMap<string, string>,
    ): Promise<Resolution> => {
      if (packages.length === 0) return { ok: true, packages: [] };
      const first = await apt.resolve(packages, kept);
      if (first.ok || kept.size === 0) return first;
      const again = await apt.resolve(packages, new Map());
      if (again.ok) {
        notes({
          type: 'note',
          text: 'the locked versions no longer fit together: all versions are chosen anew',
        });
      }
      return again;
    };
    const wanted: Record<SetName, readonly string[]> = {
      image: request.packages,
      kernel: request.kernel === '' ? [] : [request.kernel],
      toolchain: request.toolchain ?? [],
      console: request.console ?? [],
      firmware: await inSuite(request.firmware ?? [], apt),
      ...request.tools,
    };
    const resolved = await Promise.all(
      setNames.map(async (name) => [name, await set(wanted[name], pins[name])] as const),
    );
    const outcomes = Object.fromEntries(resolved) as Record<SetName, Resolution>;
    // apt takes `lib.*`, `name-` and virtual packages too: what it gives must hold the very names asked for.
    if (setNames.some((name) => !isComplete(outcomes[name], wanted[name]))) {
      await refuseUnknown(recipe, wanted, apt);
    }
    return {
      lockVersion: 1,
      request,
      date: apt.date(),
      image: packagesOf(outcomes.image, (why) => conflict(recipe, ['pe', 'packages'], why)),
      kernel: packagesOf(outcomes.kernel, (why) => conflict(recipe, kernelPath(recipe), why)).filter(
        ({ name }) => isKernelPackage(name, request.kernel),
      ),
      ...(request.toolchain === undefined
        ? {}
        : { toolchain: packagesOf(outcomes.toolchain, toolsConflict) }),
      // Of these files are taken; what compiles keymaps needs the C library alone.
      ...(request.console === undefined
        ? {}
        : {
            console: packagesOf(outcomes.console, (why) => conflict(recipe, ['pe', 'console'], why)).filter(
              ({ name }) => wanted.console.includes(name) || name === 'libc6',
            ),
          }),
      // Their files are taken, and nothing runs that would need what they depend on.
      ...(request.firmware === undefined
        ? {}
        : {
            firmware: packagesOf(outcomes.firmware, (why) => conflict(recipe, ['hardware'], why)).filter(
              ({ name }) => wanted.firmware.includes(name),
            ),
          }),
      tools: perToolset((name) => packagesOf(outcomes[name], toolsConflict)),
    };
  });
}

/** Debian has cut its packages of firmware anew more than once: what a suite lacks, others of it have. */
async function inSuite(packages: readonly string[], apt: Apt): Promise<readonly string[]> {
  if (packages.length === 0) return [];
  const names = await apt.names();
  return packages.filter((name) => names.has(name));
}

function isComplete(outcome: Resolution, wanted: readonly string[]): boolean {
  return outcome.ok && wanted.every((name) => outcome.packages.some((item) => item.name === name));
}

/** Of what the kernel's package needs, the kernel: Debian's others serve its scripts, which do not run. */
function isKernelPackage(name: string, asked: string): boolean {
  return name === asked || name.startsWith('linux-image-') || name.startsWith('linux-modules-');
}

/** Names all packages that the sources do not have, at once. */
async function refuseUnknown(
  recipe: Recipe,
  wanted: Readonly<Record<SetName, readonly string[]>>,
  apt: Apt,
): Promise<void> {
  const names = await apt.names();
  const unknown = [...wanted.image, ...wanted.kernel].filter((name) => !names.has(name));
  if (unknown.length > 0) {
    throw new UserError(await Promise.all(unknown.map((name) => unknownPackage(recipe, name, names, apt))));
  }
  const tools = [...toolsetNames, 'toolchain' as const, 'console' as const]
    .flatMap((name) => wanted[name])
    .filter((name) => !names.has(name));
  if (tools.length === 0) return;
  const { suite, components } = recipe.source;
  throw new FailedError('no-such-tool', `the package sources lack build tools: ${tools.join(', ')}`, {
    hint: `the tools are taken from ${suite} ${components.join(' ')}; is \`main\` among the components?`,
  });
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

function conflict(recipe: Recipe, path: readonly (string | number)[], why: string): UserError {
  return new UserError({
    code: 'package-conflict',
    message: `the packages do not fit together:\n${why}`,
    place: recipe.place(path),
    hint: 'take one of them out of the recipe',
  });
}

function toolsConflict(why: string): FailedError {
  return new FailedError('tools-conflict', `the packages of the build tools do not fit together:\n${why}`);
}

function packagesOf(outcome: Resolution, error: (why: string) => Error): LockedPackage[] {
  if (outcome.ok) return outcome.packages;
  throw error(outcome.why);
}
