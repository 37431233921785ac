import { CommandError, FailedError, MissingError, UserError } from '../../../base/errors.ts';
import type { EngineName } from '../../../base/system.ts';
import { makeFolders, openForAppending, rename, stat } from '../../host/files.ts';
import {
  after,
  closeFd,
  type ExitStatus,
  exists,
  kill,
  now,
  readText,
  removeFile,
  replaceFile,
  spawn,
  writeText,
} from '../../host.ts';
import { runFolder } from '../../lib/systems/places.ts';
import { type EndSigns, type RunState, startPatience } from '../../lib/systems/run-state.ts';
import { birthplace, makeCgroup, removeCgroup } from '../cgroup.ts';
import { diskLimitProblems, limitDisk } from '../disk-limit.ts';
import type { StartPlan, Target } from '../engines/engine.ts';
import { engineOf, engines } from '../engines/registry.ts';
import { locked } from '../lock.ts';
import { withOwnIds } from '../own-ids.ts';
import { mountRoot, unmountRoot } from '../root.ts';
import type { SoundSystem } from '../store.ts';
import { cgroupsFolder, runState, targetOf } from '../target.ts';
import { fitToRun } from './identity.ts';
import { settingsProblems } from './set.ts';

/** The service of a system: what is done before its first process, to end it, and after it. By the supervisor, which never waits here. */

export interface StartWish {
  /** Another engine than the system's own, for this run. */
  readonly engine: EngineName | undefined;
  readonly console: boolean;
}

const noEnds: EndSigns = { powerOff: [], reboot: [] };
const logLimit = 256 * 1024;
const beginTick = 20;
const killSignal = 9;

function saveState(target: Target, state: Omit<RunState, 'folder' | 'engine' | 'started'>): void {
  const { folder, run, system } = target;
  const text: RunState = { folder, engine: system.engine, started: Date.now(), ...state };
  replaceFile(`${run}/state.json`, `${JSON.stringify(text)}\n`);
}

/**
 * Makes a system ready and starts its foreground process, whose end is told to `exited`. Resolves to that one's process id; the file
 * `<run>/up` comes when its first process has begun. Rejects with the reason why it cannot be started.
 */
export async function begin(
  found: SoundSystem,
  wish: StartWish,
  exited: (status: ExitStatus) => void,
): Promise<number> {
  const system = wish.engine === undefined ? found.system : { ...found.system, engine: wish.engine };
  const target = targetOf({ ...found, system }, wish.console);
  // Nobody copies or replaces its files while it begins to use them, and it does not begin before they are done.
  const plan = await locked(found.name, () => prepare(target));
  let alive = true;
  const pid = launch(target, plan, (status) => {
    alive = false;
    exited(status);
  });
  watchBegin(target, pid, () => alive);
  return pid;
}

async function prepare(target: Target): Promise<StartPlan> {
  makeFolders(target.run);
  removeFile(`${target.run}/end`);
  try {
    await clear(target);
    const plan = await ready(target);
    saveState(target, { refused: [], final: false, ends: plan.ends, patience: plan.patience });
    return plan;
  } catch (error) {
    refuse(target, error);
    throw error;
  }
}

/** Keeps why it cannot be started. */
const refuse = (target: Target, error: unknown): void => {
  saveState(target, { refused: reasons(error), final: isFinal(error), ends: noEnds, patience: 0 });
};

/** It must outlive whoever starts it, so all that it says goes into a file. */
function launch(target: Target, plan: StartPlan, exited: (status: ExitStatus) => void): number {
  const path = `${target.run}/log`;
  // Never more than the limit and what one run writes between two looks of the supervisor.
  if ((stat(path)?.size ?? 0) >= logLimit) rename(path, `${path}.1`);
  const log = openForAppending(path);
  const pid = spawn(plan.argv, { env: plan.env, stdout: log, stderr: log }, exited);
  closeFd(log);
  if (pid <= 0) throw new FailedError('no-process', 'the machine is out of processes or memory');
  // For whatever does not go to a group by itself; what has gone already is not brought back.
  if (plan.entersGroup !== true && readText(`/proc/${pid}/cgroup`)?.includes('/systems/') !== true)
    writeText(`${birthplace(target.cgroup)}/cgroup.procs`, String(pid));
  if (plan.oomScore !== undefined) writeText(`/proc/${pid}/oom_score_adj`, String(plan.oomScore));
  return pid;
}

/** Makes `<run>/up` when the first process of a system has begun. `alive`: whether its foreground process, `pid`, is there. */
function watchBegin(target: Target, pid: number, alive: () => boolean): void {
  const engine = engineOf(target.system.engine);
  const giveUp = now() + startPatience;
  let open = engine.beside === undefined;
  let begun = false;
  const look = (): void => {
    if (!alive() || now() > giveUp) return;
    begun ||= engine.hasBegun(target);
    if (begun && open) replaceFile(`${target.run}/up`, '');
    else after(beginTick, look);
  };
  engine.beside?.(target).then(
    () => {
      open = true;
    },
    (error: unknown) => {
      if (!alive()) return;
      refuse(target, error);
      kill(pid, killSignal);
    },
  );
  after(beginTick, look);
}

/** The same for a system that an earlier supervisor has started: it may have ended before the first process began. */
export function watchAgain(found: SoundSystem, pid: number, alive: () => boolean): void {
  if (exists(`${runFolder(found.name)}/up`)) return;
  const engine = (runState(found.name)?.engine ?? found.system.engine) as EngineName;
  watchBegin(targetOf({ ...found, system: { ...found.system, engine } }), pid, alive);
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
  const unbound = diskLimitProblems(target);
  if (unbound.length === 0) await limitDisk(target);
  await mountRoot(target, engine.mapsIds && !target.system.privileged ? target.system.idBase : undefined);
  const problems = [
    ...unlimited,
    ...unbound,
    ...settingsProblems(target.name, target.system),
    ...engine.check(target),
  ];
  if (problems.length > 0)
    throw new UserError(
      problems.map((message) => ({
        code: 'cannot-start',
        message: `${target.name} cannot be started: ${message}`,
      })),
    );
  return engine.prepare(target);
}

const reasons = (error: unknown): string[] => {
  if (error instanceof UserError) return error.diagnostics.map(({ message }) => message);
  if (error instanceof CommandError) return [`${error.message}: ${error.lastLines.replaceAll('\n', ' ')}`];
  return [error instanceof Error ? error.message : String(error)];
};

/** Trying again would end the same way. */
const isFinal = (error: unknown): boolean => error instanceof UserError || error instanceof MissingError;

/** Asks a system to switch itself off; resolves to false where its first process has not begun yet. */
export async function askToStop(found: SoundSystem): Promise<boolean> {
  const target = targetOf(found);
  const engine = engineOf((runState(found.name)?.engine ?? found.system.engine) as EngineName);
  if (engine.init(target) === undefined) return false;
  await engine.askToStop(target);
  return true;
}

/** After its end: everything of its run goes away but its log, whatever has become of its settings. */
export async function cleanup(name: string): Promise<void> {
  const [run, cgroup] = [runFolder(name), `${cgroupsFolder}/${name}`];
  const ran = runState(name)?.engine;
  for (const engine of engines)
    if (ran === undefined || ran === engine.name) await engine.cleanup({ name, run });
  await clear({ run, cgroup });
  removeFile(`${run}/state.json`);
}

async function clear(target: Pick<Target, 'cgroup' | 'run'>): Promise<void> {
  await removeCgroup(target.cgroup);
  await unmountRoot(target);
  removeFile(`${target.run}/up`);
}
