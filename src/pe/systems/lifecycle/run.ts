import { CommandError, MissingError, UserError } from '../../../base/errors.ts';
import type { EngineName } from '../../../base/system.ts';
import { makeFolders } from '../../host/files.ts';
import { removeFile, replaceFile } from '../../host.ts';
import { shellLine } from '../../lib/network-config.ts';
import type { EndSigns, RunState } from '../../lib/systems/run-state.ts';
import { birthplace, makeCgroup, removeCgroup } from '../cgroup.ts';
import type { StartPlan, Target } from '../engines/engine.ts';
import { engineOf } from '../engines/registry.ts';
import { withOwnIds } from '../own-ids.ts';
import { mountRoot, unmountRoot } from '../root.ts';
import type { SoundSystem } from '../store.ts';
import { runState, targetOf } from '../target.ts';
import { fitToRun } from './identity.ts';
import { settingsProblems } from './set.ts';

/** The service of a system: what runs before its first process, to end it, and after it. Called by the supervisor. */

export interface StartWish {
  /** Another engine than the system's own, for this run. */
  readonly engine: EngineName | undefined;
  readonly console: boolean;
}

const noEnds: EndSigns = { powerOff: [], reboot: [] };
const logLimit = 256 * 1024;

function saveState(target: Target, state: Omit<RunState, 'folder' | 'engine' | 'started'>): void {
  const { folder, run, system } = target;
  const text: RunState = { folder, engine: system.engine, started: Date.now(), ...state };
  replaceFile(`${run}/state.json`, `${JSON.stringify(text)}\n`);
}

/** Makes everything ready and writes `<run>/start`, which becomes the foreground process. Throws with the reason if it cannot be. */
export async function prepare(found: SoundSystem, wish: StartWish): Promise<void> {
  const system = wish.engine === undefined ? found.system : { ...found.system, engine: wish.engine };
  const target = targetOf({ ...found, system }, wish.console);
  makeFolders(target.run);
  removeFile(`${target.run}/up`);
  removeFile(`${target.run}/end`);
  try {
    await clear(target);
    const plan = await ready(target);
    replaceFile(`${target.run}/start`, startScript(target, plan), 0o700);
    saveState(target, { refused: [], final: false, ends: plan.ends, patience: plan.patience });
  } catch (error) {
    saveState(target, { refused: reasons(error), final: isFinal(error), ends: noEnds, patience: 0 });
    throw error;
  }
}

async function ready(wanted: Target): Promise<StartPlan> {
  const engine = engineOf(wanted.system.engine);
  const target = engine.mapsIds ? await withOwnIds(wanted) : wanted;
  if (target.dir.readOnly && target.system.kind === 'app')
    throw new MissingError(
      `${target.name} cannot be started: its disk cannot be written to`,
      'systemx status',
    );
  const unlimited = makeCgroup(target.cgroup, target.system.limits);
  if (!target.dir.readOnly)
    fitToRun(`${target.folder}/${target.system.kind === 'os' ? 'rootfs' : 'delta'}`, target.system);
  await mountRoot(target, engine.mapsIds && !target.system.privileged ? target.system.idBase : undefined);
  const problems = [...unlimited, ...settingsProblems(target.name, target.system), ...engine.check(target)];
  if (problems.length > 0)
    throw new UserError(
      problems.map((message) => ({
        code: 'cannot-start',
        message: `${target.name} cannot be started: ${message}`,
      })),
    );
  return engine.prepare(target);
}

function startScript(target: Target, plan: StartPlan): string {
  const log = shellLine([[`${target.run}/log`]]);
  const env = Object.entries(plan.env).map(([name, value]) => `${name}=${value}`);
  return [
    '#!/bin/sh',
    // Never more than the limit and what one run writes between two looks of the supervisor.
    `[ ! -e ${log} ] || [ "$(stat -c %s ${log})" -lt ${logLimit} ] || mv ${log} ${log}.1`,
    `echo $$ >${shellLine([[`${birthplace(target.cgroup)}/cgroup.procs`]])} || exit 1`,
    ...(plan.oomScore === undefined ? [] : [`echo ${plan.oomScore} >/proc/self/oom_score_adj`]),
    `exec </dev/null >>${log} 2>&1`,
    `exec env -i ${shellLine([env])} ${shellLine([plan.argv])}`,
    '',
  ].join('\n');
}

const reasons = (error: unknown): string[] => {
  if (error instanceof UserError) return error.diagnostics.map(({ message }) => message);
  if (error instanceof CommandError) return [`${error.message}: ${error.lastLines.replaceAll('\n', ' ')}`];
  return [error instanceof Error ? error.message : String(error)];
};

/** Trying again would end the same way. */
const isFinal = (error: unknown): boolean => error instanceof UserError || error instanceof MissingError;

/** Asks a system to switch itself off; the supervisor waits for it. */
export async function askToStop(found: SoundSystem): Promise<void> {
  const target = targetOf(found);
  const engine = runState(found.name)?.engine ?? found.system.engine;
  await engineOf(engine as EngineName).askToStop(target);
}

/** After its end: everything of its run goes away but its log. */
export async function cleanup(found: SoundSystem): Promise<void> {
  const target = targetOf(found);
  const engine = runState(found.name)?.engine ?? found.system.engine;
  await engineOf(engine as EngineName).cleanup(target);
  await clear(target);
  removeFile(`${target.run}/state.json`);
}

async function clear(target: Pick<Target, 'cgroup' | 'run'>): Promise<void> {
  removeCgroup(target.cgroup);
  await unmountRoot(target);
  removeFile(`${target.run}/up`);
  removeFile(`${target.run}/start`);
}
