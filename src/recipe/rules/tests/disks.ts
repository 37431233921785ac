import { resolve } from 'node:path';
import { formatBytes, parseBytes } from '../../../base/sizes.ts';
import { fileKind, fileSize, nearestFile } from '../../disk.ts';
import { didYouMean } from '../../problems.ts';
import { many, type RawDisk } from '../../raw-tests.ts';
import { disksOf, machinePath, machinesOf } from '../../tests/machines.ts';
import type { Path } from '../../yaml/located.ts';
import { isWhole, keyAt, valueAt } from '../rule.ts';
import { checkFault } from './faults.ts';
import { checkFilesystem } from './filesystems.ts';
import type { TestFacts } from './test-facts.ts';

/** Disks have a size, start from images that are there, and are of use. */
export function checkDisks(facts: TestFacts): void {
  for (const [guest, machine] of Object.entries(machinesOf(facts.test))) {
    for (const [name, disk] of Object.entries(disksOf(machine))) {
      const path = [...facts.path, ...machinePath(facts.test, guest), 'disks', name];
      checkSize(facts, path, name, disk);
      checkReadOnly(facts, path, disk);
      checkPlugged(facts, path, guest, name, disk);
      checkFilesystem(facts, path, disk);
      checkFault(facts, path, disk);
    }
  }
}

/** Smaller ones hold no file system. */
const leastSize = 1024 ** 2;

function checkSize(facts: TestFacts, path: Path, name: string, { size, from }: RawDisk): void {
  const bytes = size === undefined ? undefined : (parseBytes(size) ?? 0);
  if (bytes === undefined && from === undefined && isWhole(facts, path)) {
    facts.problems.error('missing-key', keyAt(facts, path), `the disk \`${name}\` has no size`, {
      expected: '`size`, such as `size: 1GiB`, or `from` with an image that it starts as a copy of',
    });
  }
  if (bytes !== undefined && bytes < leastSize) {
    facts.problems.error(
      'out-of-range',
      valueAt(facts, [...path, 'size']),
      `\`${size ?? ''}\` is too small for a disk`,
      {
        expected: `at least ${formatBytes(leastSize)}`,
      },
    );
  }
  if (from !== undefined) checkFrom(facts, path, from, bytes);
}

function checkFrom(facts: TestFacts, path: Path, from: string, size: number | undefined): void {
  const span = valueAt(facts, [...path, 'from']);
  const file = resolve(span.source.dir, from);
  const actual = fileSize(file);
  if (actual === undefined) {
    const isThere = fileKind(file) !== undefined;
    facts.problems.error(
      'missing-file',
      span,
      isThere ? `\`${from}\` is no file` : `there is no file \`${from}\``,
      {
        expected: 'the image of a disk, relative to the folder of the recipe it is written in',
        hint: isThere ? undefined : didYouMean(nearestFile(from, file)),
      },
    );
  } else if (size !== undefined && size < actual) {
    facts.problems.error(
      'out-of-range',
      valueAt(facts, [...path, 'size']),
      `\`${from}\` does not fit: it has ${formatBytes(actual)}`,
      { expected: 'a larger size, or none: then it is that of the image' },
    );
  }
}

function checkReadOnly(facts: TestFacts, path: Path, disk: RawDisk): void {
  if (!disk['read-only'] || disk.bus !== 'ahci') return;
  facts.problems.error(
    'bad-value',
    valueAt(facts, [...path, 'read-only']),
    'a disk on AHCI cannot be read-only',
    { expected: 'another `bus`, such as virtio, nvme or usb' },
  );
}

function checkPlugged(facts: TestFacts, path: Path, guest: string, name: string, disk: RawDisk): void {
  if (disk.plugged || !isWhole(facts, [...facts.path, 'steps'])) return;
  const { steps, guests } = facts.test;
  const plugs = steps.filter((step) => step.plug === name);
  if (plugs.some(({ on }) => on === undefined || many(on).includes(guest))) return;
  const where = guests === undefined ? '' : ` with \`on: ${guest}\``;
  facts.problems.error('no-effect', keyAt(facts, [...path, 'plugged']), `\`${name}\` is never plugged in`, {
    expected: `a step \`plug: ${name}\`${where}, or a disk that is there from the start`,
  });
}
