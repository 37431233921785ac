import { many, type RawStep, type RawTest } from '../raw-tests.ts';
import { disksOf, machinesOf } from './machines.ts';
import { type Verb, verbsOf } from './verbs.ts';

/** A step and how things stand just before it. */
export interface StepView {
  readonly index: number;
  readonly step: RawStep;
  readonly verb: Verb;
  /** The guests that it is for; `undefined`: there are several and it does not say which. */
  readonly guests: readonly string[] | undefined;
  /** The guests that are switched on. */
  readonly on: ReadonlySet<string>;
  /** Disks that are there, by guest. */
  readonly plugged: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Goes through the steps of a test as if each did what it says; a step without a verb is passed over. */
export function walk(test: RawTest): StepView[] {
  const machines = machinesOf(test);
  const names = Object.keys(machines);
  let on = new Set(names.filter((name) => machines[name]?.on === true));
  let plugged = new Map(
    names.map((name) => {
      const there = Object.entries(disksOf(machines[name])).filter(([, disk]) => disk.plugged);
      return [name, new Set(there.map(([disk]) => disk))];
    }),
  );
  const views: StepView[] = [];
  for (const [index, step] of test.steps.entries()) {
    const [verb] = verbsOf(step);
    if (verb === undefined) continue;
    const guests = guestsOf(test, step, verb, on);
    const view = { index, step, verb, guests, on, plugged };
    views.push(view);
    on = powerAfter(view);
    plugged = disksAfter(view);
  }
  return views;
}

function guestsOf(
  test: RawTest,
  step: RawStep,
  verb: Verb,
  on: ReadonlySet<string>,
): readonly string[] | undefined {
  const machines = machinesOf(test);
  const names = Object.keys(machines);
  const said = many(step.on);
  if (said.length > 0) return said.filter((name) => names.includes(name));
  if (names.length === 1) return names;
  // Time passes for all of them at once.
  if (verb === 'wait') return names.slice(0, 1);
  if (verb === 'ready' || verb === 'poweroff') return names.filter((name) => on.has(name));
  const disk = step.plug ?? step.unplug;
  if (disk === undefined) return undefined;
  const owners = names.filter((name) => disksOf(machines[name])[disk] !== undefined);
  return owners.length === 1 ? owners : undefined;
}

/** Ways to fail after which no QEMU runs any more. */
const endings: readonly string[] = ['guest-ended', 'qemu-failed'];

function powerAfter({ step, verb, guests = [], on }: StepView): Set<string> {
  const after = new Set(on);
  const goesOff = verb === 'poweroff' || endings.includes(step.fails ?? '');
  for (const name of guests) {
    if (verb === 'power-on') after.add(name);
    if (goesOff) after.delete(name);
  }
  return after;
}

function disksAfter({ step, guests = [], plugged }: StepView): Map<string, Set<string>> {
  return new Map(
    [...plugged].map(([name, disks]) => {
      const after = new Set(disks);
      if (guests.includes(name) && step.plug !== undefined) after.add(step.plug);
      if (guests.includes(name) && step.unplug !== undefined) after.delete(step.unplug);
      return [name, after];
    }),
  );
}
