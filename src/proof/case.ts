import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Monitor } from '../base/events.ts';
import type { AcceleratorChoice } from '../boot/accel.ts';
import type { Machine, MachineOptions } from '../boot/machine.ts';
import type { QemuTools } from '../boot/tools.ts';
import type { Artifacts } from './artifacts.ts';
import { type Blame, blame } from './blame.ts';
import { withCaseMachines } from './case-machines.ts';
import { noteStep, type PlannedStep, plannedSteps } from './case-record.ts';
import { caseName, type ProofCase } from './cases.ts';
import { saveLogs, saveScreen, saveSerialLog } from './evidence.ts';
import { type FollowedGuest, followGuest } from './followed-guest.ts';
import type { CaseFailure, CaseResult, GuestResult } from './result.ts';
import type { SshAccess } from './ssh-access.ts';
import { runnerOf } from './steps/registry.ts';

/** What all cases of a run have in common. */
export interface CaseSurroundings {
  readonly tools: QemuTools;
  readonly accelerator: Pick<AcceleratorChoice, 'kind' | 'cpu'>;
  readonly artifacts: Artifacts;
  readonly ssh: SshAccess;
  /** Where something stands in the recipe, as reports name it; `undefined`: nowhere. */
  readonly place: (path: readonly (string | number)[]) => string | undefined;
  /** Keep the machines' disks and UEFI variables among the artifacts. */
  readonly keep: boolean;
  readonly monitor: Monitor;
  readonly signal: AbortSignal;
}

/** The image that a case boots. */
export interface CaseImage {
  readonly file: string;
  readonly agent: boolean;
}

/**
 * Runs one case and gives what came of it, whatever that is; never throws. `patience`: factor on time limits. An abort
 * leaves a case that was `not-run`, with the steps that it had taken.
 */
export async function runCase(
  one: ProofCase,
  image: CaseImage,
  patience: number,
  around: CaseSurroundings,
): Promise<CaseResult> {
  const title = caseName(one);
  const caseStart = performance.now();
  around.monitor({ type: 'case-start', id: one.id, title });
  const result = await prove(one, image, patience, around, caseStart);
  const { outcome, durationMs, failure } = result;
  const reason = failure === undefined ? undefined : `${failure.message} (${failure.name})`;
  around.monitor({ type: 'case-end', id: one.id, title, outcome, ms: durationMs, reason });
  return result;
}

/** A case that was never begun. */
export function notRun(one: ProofCase): CaseResult {
  const steps = plannedSteps(one).map(({ result }) => result);
  return {
    ...facts(one),
    outcome: 'not-run',
    durationMs: 0,
    overheadMs: 0,
    steps,
    guests: [],
    failure: undefined,
  };
}

async function prove(
  one: ProofCase,
  image: CaseImage,
  patience: number,
  around: CaseSurroundings,
  caseStart: number,
): Promise<CaseResult> {
  const folder = around.artifacts.caseFolder(one.id);
  const steps = plannedSteps(one);
  const { tools, accelerator, monitor, signal, keep } = around;
  const options = (name: string): MachineOptions => ({
    ...{ accelerator, monitor, signal, patience, agent: image.agent },
    keep: keep ? keepFolder(folder, name) : undefined,
  });
  let failure: CaseFailure | undefined;
  let guests: readonly FollowedGuest[] = [];
  let saved: readonly GuestResult[] = [];
  let machines: readonly Machine[] = [];
  try {
    await withCaseMachines(one, { tools, image: image.file, options }, async (made) => {
      machines = made;
      guests = made.map((machine) =>
        followGuest(machine, { hasAgent: image.agent, nameOf: (file) => around.artifacts.nameOf(file) }),
      );
      try {
        failure = await takeSteps(one, steps, guests, { folder, patience, around, caseStart });
      } finally {
        for (const { machine } of guests) if (machine.isOn()) await machine.cutPower();
        saved = guests.map((guest) => guestResult(guest, folder, around.artifacts));
      }
    });
  } catch (error) {
    if (!signal.aborted) failure ??= failureOf(blame(error, ''), {});
  }
  const exits = machines.flatMap((machine) => machine.lastExit() ?? []);
  const now = performance.now();
  return {
    ...facts(one),
    outcome: signal.aborted ? 'not-run' : failure === undefined ? 'passed' : 'failed',
    durationMs: Math.round(now - caseStart),
    overheadMs: exits.length === 0 ? 0 : Math.round(now - Math.max(...exits)),
    steps: steps.map(({ result }) => result),
    guests: saved,
    failure: signal.aborted ? undefined : failure,
  };
}

interface StepSurroundings {
  readonly folder: string;
  readonly patience: number;
  readonly around: CaseSurroundings;
  readonly caseStart: number;
}

/** Switches the machines on and takes all steps; gives what failed, with everything that tells why. */
async function takeSteps(
  one: ProofCase,
  steps: readonly PlannedStep[],
  guests: readonly FollowedGuest[],
  surroundings: StepSurroundings,
): Promise<CaseFailure | undefined> {
  const { folder, around } = surroundings;
  let at: PlannedStep | undefined;
  try {
    const atOnce = guests.filter(({ machine }) => one.test.guests[machine.name]?.on !== false);
    await Promise.all(atOnce.map((guest) => guest.powerOn()));
    for (const planned of steps) {
      at = planned;
      await takeStep(one, planned, guests, surroundings);
    }
    return undefined;
  } catch (error) {
    if (around.signal.aborted) throw error;
    const guest = guests.find(({ machine }) => machine.name === at?.guest) ?? guests[0];
    const blamed = blame(error, guest?.console() ?? '');
    const [screenshot, logs] = await Promise.all([
      screensAtFailure(guests, guest, folder),
      Promise.all(guests.map((each) => saveLogs(each, folder))),
    ]);
    const files = logs.flat().map((file) => `more of it: ${around.artifacts.nameOf(file)}`);
    return failureOf(
      { ...blamed, detail: [...blamed.detail, ...files] },
      {
        step: at === undefined ? undefined : steps.indexOf(at),
        guest: guest?.machine.name,
        place: around.place(at === undefined ? one.test.path : [...one.test.path, 'steps', at.step]),
        screenshot: screenshot === undefined ? undefined : around.artifacts.nameOf(screenshot),
        command: guest?.machine.repeatByHand(),
      },
    );
  }
}

async function takeStep(
  one: ProofCase,
  planned: PlannedStep,
  guests: readonly FollowedGuest[],
  { folder, patience, around, caseStart }: StepSurroundings,
): Promise<void> {
  const step = one.test.steps[planned.step];
  const guest = guests.find(({ machine }) => machine.name === planned.guest);
  if (step === undefined || guest === undefined)
    throw new Error(`no step ${planned.step} for ${planned.guest}`);
  const runner = runnerOf(step);
  const { title } = planned.result;
  around.monitor({
    type: 'case-step',
    id: one.id,
    title: guests.length > 1 ? `${planned.guest}: ${title}` : title,
  });
  const times = { caseStart, stepStart: performance.now() };
  try {
    const output = await runner.run(step, {
      ...{ guest, patience, tools: around.tools, signal: around.signal, ssh: around.ssh },
      within: step.within ?? runner.within,
      powerOn: guest.powerOn,
      startsAnew: guest.startsAnew,
      screenshot: (name) => guest.saveScreen(name.replace(/\.png$/, ''), join(folder, name)),
    });
    noteStep(planned, times, 'passed', output);
  } catch (error) {
    const aborted = around.signal.aborted;
    noteStep(planned, times, aborted ? 'not-run' : 'failed', blame(error, '').output);
    throw error;
  }
}

/** Saves the screens of all guests; gives that of the one that failed. */
async function screensAtFailure(
  guests: readonly FollowedGuest[],
  failed: FollowedGuest | undefined,
  folder: string,
): Promise<string | undefined> {
  const files = await Promise.all(
    guests.map(async (guest) => {
      const file = await saveScreen(guest.machine, folder, `${guest.machine.name}.failure.png`);
      if (file !== undefined) guest.noteScreen('at the failure', file);
      return file;
    }),
  );
  return files[failed === undefined ? -1 : guests.indexOf(failed)];
}

function guestResult(guest: FollowedGuest, folder: string, artifacts: Artifacts): GuestResult {
  const { machine } = guest;
  const command = machine.repeatByHand();
  writeFileSync(join(folder, `${machine.name}.command.txt`), `${command}\n`);
  return {
    name: machine.name,
    boots: guest.boots(),
    serialLog: artifacts.nameOf(saveSerialLog(machine, folder)),
    screenshots: guest.screens(),
    command,
  };
}

function failureOf(
  { name, message, detail, lastLines }: Blame,
  where: Partial<Pick<CaseFailure, 'step' | 'guest' | 'place' | 'screenshot' | 'command'>>,
): CaseFailure {
  return {
    ...{ name, message, detail, lastLines },
    step: where.step,
    guest: where.guest,
    place: where.place,
    screenshot: where.screenshot,
    command: where.command,
  };
}

function facts(one: ProofCase) {
  const { test, id, title, medium, firmware, memory, cpus, repetition } = one;
  return { test: test.name, id, title, medium, firmware, memory, cpus, repetition };
}

function keepFolder(folder: string, name: string): string {
  const dir = join(folder, name);
  mkdirSync(dir, { recursive: true });
  return dir;
}
