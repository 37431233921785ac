import { expect, test } from 'vitest';
import { projectIn, projectOf, quotaWords } from '../../../../src/pe/lib/systems/project-quota.ts';

test('a project follows from the name, and is none of those that people number themselves', () => {
  const names = Array.from({ length: 500 }, (_, n) => `system${n}`);
  const projects = names.map(projectOf);
  expect(new Set(projects).size).toBe(names.length);
  for (const one of projects) {
    expect(one).toBeGreaterThanOrEqual(65_536);
    expect(one).toBeLessThan(2 ** 31);
  }
  // What was written to disks must keep its meaning.
  expect(projectOf('shown')).toBe(255_761_821);
});

test('limits are in units of 1 KiB, never 0, which is none', () => {
  const at = '/run/diskbios/volumes/0';
  const id = String(projectOf('web'));
  expect(quotaWords('web', 20 * 1024 ** 2, at)).toEqual(['-P', id, '0', '20480', '0', '0', at]);
  expect(quotaWords('web', 100, at)[3]).toBe('1');
  expect(quotaWords('web', undefined, at)[3]).toBe('0');
});

test('lsattr says which project a folder hands down', () => {
  expect(projectIn('255761821 --------------e----P-- /hd/shown/delta\n')).toBe(255_761_821);
  expect(projectIn('    0 --------------e------- /hd/shown/delta')).toBeUndefined();
  // Without handing down, what is made in it later would not count.
  expect(projectIn('255761821 --------------e------- /hd/shown/delta')).toBeUndefined();
  expect(projectIn('lsattr: Operation not supported')).toBeUndefined();
});
