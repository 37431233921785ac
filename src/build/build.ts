import { join } from 'node:path';
import { type Diagnostic, UserError } from '../base/errors.ts';
import type { Monitor } from '../base/events.ts';
import { type EnsuredLock, ensureLock, type LockOptions } from '../debian/lock.ts';
import { findMirrors } from '../debian/mirror.ts';
import { pathOfMedium } from '../plan/this-medium.ts';
import type { Artifact, StepNode } from '../plan/types.ts';
import type { MediumKind, Recipe } from '../recipe/types.ts';
import { type HostToolchain, hostToolchain } from '../steps/kernel-toolchain.ts';
import type { Store } from '../store/store.ts';
import { rootMeans } from '../sys/tools-root.ts';
import { downloads } from './downloads.ts';
import { epochOf } from './epoch.ts';
import { execution } from './execute.ts';
import { machineWarnings, planMemory } from './memory.ts';
import { type BuildPlan, planBuild } from './plan.ts';
import { type Published, publish } from './publish.ts';
import { checkRoomAhead } from './room.ts';

export interface BuildOptions {
  readonly store: Store;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly monitor: Monitor;
  /** Only these media; default: all that the recipe describes. */
  readonly media?: readonly MediumKind[] | undefined;
  /** Refuse to change the lock. */
  readonly locked?: boolean;
  /** `--mirror`. */
  readonly mirror?: string | undefined;
  readonly jobs?: number | undefined;
  /** Build the images with the agent for tests. */
  readonly agent?: boolean | undefined;
}

/** The lock of a recipe, brought up to date as `build` does. */
export function lockFor(
  recipe: Recipe,
  options: BuildOptions,
  mode?: LockOptions['mode'],
): Promise<EnsuredLock> {
  return ensureLock(recipe, {
    mode: mode ?? (options.locked === true ? 'locked' : 'refresh'),
    aptDir: join(options.store.dir, 'apt'),
    signal: options.signal,
    monitor: options.monitor,
    mirrors: { explicit: options.mirror, env: options.env },
  });
}

/** Recipe → plan, with the lock made or refreshed on the way. */
export async function preparePlan(recipe: Recipe, options: BuildOptions): Promise<BuildPlan> {
  const ensured = await lockFor(recipe, options);
  if (ensured.changed && ensured.text !== '')
    options.monitor({
      type: 'note',
      text: `${ensured.file} pins ${ensured.lock.image.length + ensured.lock.kernel.length} packages and the build tools`,
    });
  const hostToolchain = await machineToolchain(recipe, options.monitor);
  return planBuild(recipe, ensured.lock, epochOf(ensured.lock.date, options.env), {
    ...options,
    hostToolchain,
  });
}

/** This machine’s own toolchain, where a kernel is to be built and the pinned one cannot run. */
export async function machineToolchain(
  { kernel }: Recipe,
  monitor: Monitor,
): Promise<HostToolchain | undefined> {
  if (kernel.from.kind !== 'source' || (await rootMeans()) !== undefined) return undefined;
  const host = await hostToolchain();
  monitor({
    type: 'note',
    text: `the kernel is built by this machine’s own ${host.versions['gcc'] ?? 'compiler'}, for it allows no user namespaces`,
  });
  return host;
}

/** Mistakes that a step found get their place in the recipe. */
export function placed(error: unknown, recipe: Recipe, medium?: MediumKind): unknown {
  if (!(error instanceof UserError)) return error;
  return new UserError(error.diagnostics.map((diagnostic) => withPlace(diagnostic, recipe, medium)));
}

function withPlace(diagnostic: Diagnostic, recipe: Recipe, medium?: MediumKind): Diagnostic {
  if (diagnostic.place !== undefined || diagnostic.recipePath === undefined) return diagnostic;
  return { ...diagnostic, place: recipe.place(pathOfMedium(diagnostic.recipePath, medium)) };
}

/** The steps of the plan itself, without those of single packages. */
function ownSteps(plan: BuildPlan): StepNode[] {
  const seen = new Map<string, StepNode>();
  const visit = (node: StepNode): void => {
    if (node.kind.waits === true || seen.has(node.id)) return;
    seen.set(node.id, node);
    for (const input of Object.values(node.inputs)) visit(input);
  };
  for (const target of plan.targets) visit(target.node);
  return [...seen.values()];
}

/** How many steps of each kind are not in the store. */
function missingByKind(plan: BuildPlan, store: Store): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { id, kind } of neededNodes(plan, store)) {
    if (store.find(id) === undefined) counts[kind.name] = (counts[kind.name] ?? 0) + 1;
  }
  return counts;
}

/** The nodes that must be there for the targets: what lies below an artifact that is in the store is not needed. */
export function neededNodes(plan: BuildPlan, store: Store): StepNode[] {
  const seen = new Map<string, StepNode>();
  const visit = (node: StepNode): void => {
    if (seen.has(node.id)) return;
    seen.set(node.id, node);
    if (store.find(node.id) !== undefined) return;
    for (const input of Object.values(node.inputs)) visit(input);
    if (node.tools !== undefined) visit(node.tools);
  };
  for (const target of plan.targets) visit(target.node);
  return [...seen.values()];
}

/** Starts to build a plan's targets; each gives its artifact as soon as that is there. */
export function startTargets(plan: BuildPlan, options: BuildOptions): Promise<Artifact>[] {
  const { recipe, targets } = plan;
  options.monitor({ type: 'plan', steps: missingByKind(plan, options.store) });
  const fetching = downloads(
    options.store,
    () => findMirrors(recipe, { explicit: options.mirror, env: options.env }),
    options.signal,
    options.monitor,
  );
  const make = execution({
    store: options.store,
    recipe: recipe.name,
    signal: options.signal,
    monitor: options.monitor,
    ...fetching,
    ...(options.jobs === undefined ? {} : { jobs: options.jobs }),
  });
  return targets.map(({ node }, i) =>
    make(node).catch((error: unknown) => {
      // What lies beside a medium comes after it.
      const medium = targets.slice(0, i + 1).findLast((target) => target.medium !== undefined)?.medium;
      throw placed(error, recipe, medium);
    }),
  );
}

/**
 * Tells what the steps of a plan that has been built warned of, in this build or an earlier one, and which machines have too little
 * memory for it.
 */
export function tellWarnings(plan: BuildPlan, options: BuildOptions): void {
  for (const node of ownSteps(plan)) {
    for (const diagnostic of options.store.find(node.id)?.meta.warnings ?? []) {
      options.monitor({ type: 'warning', diagnostic: withPlace(diagnostic, plan.recipe) });
    }
  }
  const memory = planMemory(plan, options.store);
  if (memory?.context.estimate !== false) return;
  for (const diagnostic of machineWarnings(plan.recipe, memory))
    options.monitor({ type: 'warning', diagnostic });
}

/** Builds a plan's targets and copies them into the output folder. */
export async function buildPlan(
  plan: BuildPlan,
  outDir: string,
  options: BuildOptions,
): Promise<Published[]> {
  const { recipe, targets } = plan;
  checkRoomAhead(plan, outDir, options.store);
  const artifacts = await Promise.all(startTargets(plan, options));
  try {
    tellWarnings(plan, options);
    const outputs = targets.map((target, i) => {
      const artifact = artifacts[i];
      if (artifact === undefined) throw new Error(`no artifact for ${target.name}`);
      const { name, file, folder, root } = target;
      return { ...{ name, file, folder, root }, artifact };
    });
    return publish(outputs, outDir);
  } catch (error) {
    throw placed(error, recipe);
  }
}
