import { formatBytes, parseBytes } from '../../../base/sizes.ts';
import { many } from '../../raw-tests.ts';
import { firstUserCard, machinesOf } from '../../tests/machines.ts';
import { mediumWords, parseMediumWord } from '../../tests/media-words.ts';
import type { Path } from '../../yaml/located.ts';
import { type Facts, valueAt } from '../rule.ts';
import type { TestFacts } from './test-facts.ts';

/** Less does not hold the firmware, a kernel and the smallest image. */
const leastMemory = 64 * 1024 ** 2;

/** The matrix asks for media that there are, and for each thing once. */
export function checkMatrix(facts: TestFacts): void {
  const { medium, firmware, memory, cpus } = facts.test.matrix;
  const path = [...facts.path, 'matrix'];
  for (const [at, word] of placesOf([...path, 'medium'], medium)) checkMedium(facts, at, word);
  for (const [at, size] of placesOf([...path, 'memory'], memory)) checkMemory(facts, at, size);
  if (firmware !== undefined && many(firmware).every((each) => each === 'bios')) {
    for (const [at, word] of placesOf([...path, 'medium'], medium)) {
      if (parseMediumWord(word).kind !== 'uki') continue;
      facts.problems.error(
        'no-effect',
        valueAt(facts, at),
        'a `uki` is a program for UEFI, and no BIOS starts it',
        {
          expected: '`firmware: uefi` or `uefi-secure`',
        },
      );
    }
  }
  for (const [at, word] of placesOf([...path, 'medium'], medium))
    if (parseMediumWord(word).kind === 'netboot') checkNetboot(facts, at);
  checkTwice(facts, [...path, 'medium'], medium, parseMediumWord);
  checkTwice(facts, [...path, 'firmware'], firmware, (word) => word);
  checkTwice(facts, [...path, 'memory'], memory, parseBytes);
  checkTwice(facts, [...path, 'cpus'], cpus, (count) => count);
}

/** Where each of the values stands: in a list, or alone. */
export function placesOf<T extends string | number>(
  path: Path,
  value: T | readonly T[] | undefined,
): [Path, T][] {
  return many(value).map((item, n) => [typeof value === 'object' ? [...path, n] : path, item]);
}

function checkMedium(facts: TestFacts, at: Path, word: string): void {
  const { kind } = parseMediumWord(word);
  if (facts.media.includes(kind)) return;
  const offered = mediumWords.filter((each) => facts.media.includes(parseMediumWord(each).kind));
  facts.problems.error('no-medium', valueAt(facts, at), `there is no \`${kind}\` to test`, {
    expected: offered.length > 0 ? `one of ${offered.join(', ')}` : `the medium \`${kind}\` in \`media\``,
  });
}

/** Machines that start over the network have firmware and a card that do. */
function checkNetboot(facts: TestFacts, at: Path): void {
  const { test } = facts;
  const { firmware } = test.matrix;
  if (firmware !== undefined && many(firmware).every((each) => each === 'uefi-secure')) {
    facts.problems.error(
      'no-effect',
      valueAt(facts, at),
      'nothing of a `netboot` is signed for Secure Boot',
      {
        expected: '`firmware: bios` or `uefi`',
      },
    );
  }
  for (const [name, guest] of Object.entries(machinesOf(test))) {
    if (!guest.image || firstUserCard(guest) === 'user') continue;
    const where = test.guests === undefined ? '' : ` \`${name}\``;
    facts.problems.error(
      'bad-value',
      valueAt(facts, at),
      `the machine${where} has no card that it could start from over the network`,
      { expected: '`network: user`, or `user` as the first of several cards that lead outside' },
    );
  }
}

/** Memory that a machine can start with. */
export function checkMemory(facts: Facts, at: Path, size: string): void {
  const bytes = parseBytes(size) ?? 0;
  if (bytes >= leastMemory) return;
  facts.problems.error(
    'out-of-range',
    valueAt(facts, at),
    `\`${size}\` of memory is too little to boot anything`,
    {
      expected: `at least ${formatBytes(leastMemory)}`,
    },
  );
}

function checkTwice<T extends string | number>(
  facts: TestFacts,
  path: Path,
  value: T | readonly T[] | undefined,
  meaning: (item: T) => unknown,
): void {
  const seen = new Set<unknown>();
  for (const [at, item] of placesOf(path, value)) {
    const meant = meaning(item);
    if (seen.has(meant))
      facts.problems.warn('listed-twice', valueAt(facts, at), `\`${item}\` is listed twice`);
    seen.add(meant);
  }
}
