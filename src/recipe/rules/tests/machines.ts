import { nearest } from '../../../base/suggest.ts';
import { didYouMean } from '../../problems.ts';
import { many } from '../../raw-tests.ts';
import { disksOf, linkEnds, machinePath, machinesOf } from '../../tests/machines.ts';
import { isWhole, keyAt, valueAt } from '../rule.ts';
import { checkMemory } from './matrix.ts';
import type { TestFacts } from './test-facts.ts';

/** Machines are described in one way, are switched on, and private links connect at least two of them. */
export function checkMachines(facts: TestFacts): void {
  checkForms(facts);
  const { test, path } = facts;
  for (const [name, { memory }] of Object.entries(machinesOf(test))) {
    if (memory !== undefined) checkMemory(facts, [...path, ...machinePath(test, name), 'memory'], memory);
    checkSwitchedOn(facts, name);
    checkModel(facts, name);
  }
  checkLinks(facts);
}

function checkForms(facts: TestFacts): void {
  const { test, path } = facts;
  if (test.guests === undefined) return;
  const names = Object.keys(test.guests);
  const [first] = names;
  for (const key of ['machine', 'disks', 'network'] as const) {
    if (test[key] === undefined) continue;
    facts.problems.error(
      'too-many-keys',
      keyAt(facts, [...path, key]),
      `a test with both \`guests\` and \`${key}\``,
      {
        expected: `\`${key}\` inside of a guest`,
        hint: first === undefined ? undefined : `move it to \`guests.${first}.${key}\``,
      },
    );
  }
  if (first === undefined && isWhole(facts, [...path, 'guests'])) {
    facts.problems.error('missing-key', keyAt(facts, [...path, 'guests']), '`guests` names no machine', {
      expected: 'machines by name, such as `a: {}`; without `guests` there is one',
    });
  }
}

function checkSwitchedOn(facts: TestFacts, name: string): void {
  const { test, path } = facts;
  const guest = machinesOf(test)[name];
  if (guest?.on !== false || !isWhole(facts, [...path, 'steps'])) return;
  const steps = test.steps.filter((step) => step['power-on'] !== undefined);
  if (steps.some(({ on }) => on === undefined || many(on).includes(name))) return;
  facts.problems.error(
    'no-effect',
    keyAt(facts, [...path, ...machinePath(test, name), 'on']),
    `\`${name}\` is never switched on`,
    {
      expected: `a step such as \`power-on: {}\` with \`on: ${name}\`, or a machine that is on from the start`,
    },
  );
}

/** What a kind of machine has no place for. */
function checkModel(facts: TestFacts, name: string): void {
  const { test, path } = facts;
  const guest = machinesOf(test)[name];
  const model = guest?.machine ?? 'q35';
  if (guest === undefined || model === 'q35') return;
  const at = valueAt(facts, [...path, ...machinePath(test, name), 'machine']);
  const { firmware, medium } = test.matrix;
  const firmwares = guest.firmware === undefined ? many(firmware) : [guest.firmware];
  const { network = 'user' } = guest;
  const cards = (typeof network === 'object' && !('link' in network) ? network : [network]).filter(
    (card) => typeof card === 'string' && card !== 'user' && card !== 'none',
  );
  const buses = Object.values(disksOf(guest)).map(({ bus }) => bus);
  const refuse = (what: string, expected: string): void =>
    facts.problems.error('bad-value', at, `a \`${model}\` has ${what}`, { expected });
  if (firmwares.includes('uefi-secure')) refuse('no Secure Boot', 'firmware `bios` or `uefi`, or a `q35`');
  if (cards.includes('igb')) refuse('no PCI Express, which the card `igb` needs', 'another card, or a `q35`');
  if (model === 'pc') return;
  const direct = medium !== undefined && many(medium).every((word) => word.endsWith('-as-kernel'));
  if (!guest.image || !direct) refuse('nothing to boot from', '`medium: iso-as-kernel`');
  if (firmware === undefined || firmwares.some((each) => each !== 'bios'))
    refuse('no UEFI', '`firmware: bios`');
  if (buses.some((bus) => bus !== 'virtio')) refuse('no place but for virtio disks', '`bus: virtio`');
  if (cards.length > 0) refuse('no place but for virtio network cards', '`network: user`');
}

function checkLinks(facts: TestFacts): void {
  const { test, path } = facts;
  if (test.guests !== undefined && !isWhole(facts, [...path, 'guests'])) return;
  const ends = Object.entries(machinesOf(test)).flatMap(([guest, machine]) =>
    linkEnds(machine).map((end) => ({ ...end, guest })),
  );
  for (const { link, guest, path: at } of ends) {
    if (ends.some((other) => other.link === link && other.guest !== guest)) continue;
    facts.problems.error(
      'no-effect',
      valueAt(facts, [...path, ...machinePath(test, guest), ...at]),
      `no other guest is on the link \`${link}\``,
      {
        expected: 'at least two guests that name it',
        hint: didYouMean(
          nearest(
            link,
            ends.filter((other) => other.guest !== guest).map((other) => other.link),
          ),
        ),
      },
    );
  }
}
