import { nearest } from '../../../base/suggest.ts';
import { didYouMean } from '../../problems.ts';
import { disksOf, hasUserNetwork, machinesOf } from '../../tests/machines.ts';
import { type StepView, walk } from '../../tests/walk.ts';
import { isWhole, keyAt, valueAt } from '../rule.ts';
import { placesOf } from './matrix.ts';
import type { TestFacts } from './test-facts.ts';

/** Steps are for guests that are there, and find them and their disks as they need them. */
export function checkStates(facts: TestFacts): void {
  const views = walk(facts.test);
  for (const view of views) {
    checkNames(facts, view);
    checkSaid(facts, view);
    checkNetwork(facts, view);
    checkDisk(facts, view);
  }
  // What a step did that is not whole, nobody knows.
  const steps = [...facts.path, 'steps'];
  const isSure = isWhole(facts, steps) && facts.test.steps.every((_, n) => isWhole(facts, [...steps, n]));
  if (!isSure) return;
  for (const view of views) {
    checkPower(facts, view);
    checkPlug(facts, view);
  }
}

function pathOf(facts: TestFacts, { index }: StepView) {
  return [...facts.path, 'steps', index];
}

function checkNames(facts: TestFacts, view: StepView): void {
  const names = Object.keys(machinesOf(facts.test));
  if (facts.test.guests !== undefined && !isWhole(facts, [...facts.path, 'guests'])) return;
  for (const [at, name] of placesOf([...pathOf(facts, view), 'on'], view.step.on)) {
    if (names.includes(name)) continue;
    facts.problems.error('no-such-guest', valueAt(facts, at), `there is no guest \`${name}\``, {
      expected: names.length === 1 ? `\`${names.join()}\`, or no \`on\`` : `one of ${names.join(', ')}`,
      hint: didYouMean(nearest(name, names)),
    });
  }
}

function checkSaid(facts: TestFacts, view: StepView): void {
  if (view.guests !== undefined || !isWhole(facts, pathOf(facts, view))) return;
  const names = Object.keys(machinesOf(facts.test));
  if (names.length === 0) return;
  facts.problems.error(
    'missing-key',
    keyAt(facts, [...pathOf(facts, view), view.verb]),
    `\`${view.verb}\` does not say which guest it is for`,
    { expected: `\`on\` with one of ${names.join(', ')}, or a list of these` },
  );
}

function checkNetwork(facts: TestFacts, view: StepView): void {
  if (view.verb !== 'ssh') return;
  const machines = machinesOf(facts.test);
  for (const name of view.guests ?? []) {
    const guest = machines[name];
    if (guest === undefined || hasUserNetwork(guest)) continue;
    facts.problems.error(
      'no-network',
      keyAt(facts, [...pathOf(facts, view), 'ssh']),
      `no way leads from outside into \`${name}\``,
      { expected: '`user` among its networks' },
    );
  }
}

function checkDisk(facts: TestFacts, view: StepView): void {
  const { verb, step } = view;
  const disk = step.plug ?? step.unplug;
  if ((verb !== 'plug' && verb !== 'unplug') || disk === undefined) return;
  const machines = machinesOf(facts.test);
  const span = valueAt(facts, [...pathOf(facts, view), verb]);
  for (const name of view.guests ?? []) {
    const disks = disksOf(machines[name]);
    if (disks[disk] !== undefined) continue;
    const known = Object.keys(disks);
    facts.problems.error('no-such-disk', span, `\`${name}\` has no disk \`${disk}\``, {
      expected: known.length > 0 ? `one of ${known.join(', ')}` : 'a disk of this name in `disks`',
      hint: didYouMean(nearest(disk, known)),
    });
  }
}

function checkPower(facts: TestFacts, view: StepView): void {
  const { verb, step, guests, on } = view;
  if (guests === undefined || verb === 'wait' || verb === 'plug' || verb === 'unplug') return;
  const span = keyAt(facts, [...pathOf(facts, view), verb]);
  const names = Object.keys(machinesOf(facts.test));
  if (guests.length === 0 && names.length > 0 && step.on === undefined) {
    facts.problems.error('guest-off', span, `\`${verb}\` finds every guest switched off`, {
      expected: 'a step `power-on` before it',
    });
  }
  for (const name of guests) {
    if (verb === 'power-on' && on.has(name)) {
      facts.problems.error('guest-on', span, `\`${name}\` is switched on already`, {
        expected: 'a step `poweroff` before it, or no `power-on`',
        hint:
          step.on === undefined
            ? undefined
            : `\`on: false\` in \`guests.${name}\` leaves it off at the start`,
      });
    } else if (verb !== 'power-on' && !on.has(name)) {
      facts.problems.error('guest-off', span, `\`${verb}\` finds \`${name}\` switched off`, {
        expected: 'a step `power-on` before it',
      });
    }
  }
}

/** What can be plugged while the machine runs. */
const hotPluggable: readonly string[] = ['usb', 'virtio', 'nvme'];

function checkPlug(facts: TestFacts, view: StepView): void {
  const { verb, step, on, plugged } = view;
  const disk = step.plug ?? step.unplug;
  if ((verb !== 'plug' && verb !== 'unplug') || disk === undefined) return;
  const span = valueAt(facts, [...pathOf(facts, view), verb]);
  for (const name of view.guests ?? []) {
    const spec = disksOf(machinesOf(facts.test)[name])[disk];
    if (spec === undefined) continue;
    const isThere = plugged.get(name)?.has(disk) === true;
    if (isThere === (verb === 'plug')) {
      facts.problems.error(
        'no-effect',
        span,
        `\`${disk}\` is ${isThere ? 'plugged in already' : 'not plugged in'}`,
        {
          expected: isThere
            ? `a disk with \`plugged: false\`, or a step \`unplug: ${disk}\` before it`
            : `a step \`plug: ${disk}\` before it`,
        },
      );
    } else if (on.has(name) && !hotPluggable.includes(spec.bus)) {
      facts.problems.error(
        'bad-value',
        span,
        `\`${disk}\` is on the bus \`${spec.bus}\`, which takes no plugging while the machine is on`,
        { expected: `a disk on ${hotPluggable.join(', ')}, or a machine that is off` },
      );
    }
  }
}
