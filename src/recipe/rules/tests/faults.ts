import { parseBytes } from '../../../base/sizes.ts';
import type { RawDisk } from '../../raw-tests.ts';
import type { Path } from '../../yaml/located.ts';
import { valueAt } from '../rule.ts';
import type { TestFacts } from './test-facts.ts';

/** An error on purpose can come: something is done to the disk that ends in it. */
export function checkFault(facts: TestFacts, diskPath: Path, disk: RawDisk): void {
  const { fault, bus, size } = disk;
  if (fault === undefined) return;
  const path = [...diskPath, 'fault'];
  const never = bus === 'cd' ? 'a CD' : disk['read-only'] ? 'a read-only disk' : undefined;
  if (never !== undefined && fault.on !== 'read') {
    facts.problems.error('no-effect', valueAt(facts, [...path, 'on']), `${never} is never written to`, {
      expected: '`on: read`, or a disk that can be written to',
    });
  }
  if (fault.error === 'no-space' && fault.on === 'read') {
    facts.problems.error('bad-value', valueAt(facts, [...path, 'error']), 'reading needs no space', {
      expected: '`error: io`, or `on: write`',
    });
  }
  const bytes = size === undefined ? undefined : parseBytes(size);
  if (fault.sector !== undefined && bytes !== undefined && fault.sector * 512 >= bytes) {
    const last = Math.ceil(bytes / 512) - 1;
    facts.problems.error('out-of-range', valueAt(facts, [...path, 'sector']), 'the disk has no such sector', {
      expected: `a sector from 0 to ${last}`,
    });
  }
}
