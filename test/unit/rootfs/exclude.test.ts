import { expect, test } from 'vitest';
import type { Entry } from '../../../src/formats/tree.ts';
import { excluder } from '../../../src/rootfs/exclude.ts';
import { entry, file, textOf } from './helpers.ts';

test('a pattern takes what it matches and all below it, and counts it', () => {
  const exclude = excluder(['usr/share/doc', '/usr/share/locale/{de,fr}/', '**/*.la', 'no/such/*']);
  const entries = [
    entry({ path: 'usr/share/doc', type: 'dir' }),
    file('usr/share/doc/a/copyright', '12345'),
    entry({ path: 'usr/share/doc/b', type: 'symlink', target: 'a' }),
    file('usr/share/docs', 'x'),
    file('usr/share/locale/de/x.mo', '123'),
    file('usr/share/locale/en/x.mo', '123'),
    file('usr/lib/x.la', '1'),
  ];
  const kept = entries.filter((one) => !exclude.excludes(one)).map(({ path }) => path);
  expect(kept).toEqual(['usr/share/docs', 'usr/share/locale/en/x.mo']);
  expect(exclude.counts()).toEqual([
    { pattern: 'usr/share/doc', files: 2, bytes: 5 },
    { pattern: '/usr/share/locale/{de,fr}/', files: 1, bytes: 3 },
    { pattern: '**/*.la', files: 1, bytes: 1 },
    { pattern: 'no/such/*', files: 0, bytes: 0 },
  ]);
});

test('without patterns everything stays', () => {
  expect(excluder([]).matches('usr')).toBe(false);
});

test('a hard link to a file that goes takes its content over; further links follow it', () => {
  const exclude = excluder(['gone']);
  const list: Entry[] = [
    file('gone', 'content', { mode: 0o755 }),
    entry({ path: 'heir', type: 'hardlink', target: 'gone' }),
    entry({ path: 'second', type: 'hardlink', target: 'gone' }),
  ];
  const [, heir, second] = list.map((one) => exclude.keep(one));
  expect(textOf(heir)).toBe('content');
  expect(heir).toMatchObject({ path: 'heir', mode: 0o755 });
  expect(second).toMatchObject({ type: 'hardlink', target: 'heir' });
});

test('20,000 paths take no more than 30 ms on a quiet machine', () => {
  const exclude = excluder([
    'usr/share/{doc,man,info,locale,lintian}',
    '**/*.a',
    'usr/share/bash-completion',
    'usr/include/**',
  ]);
  const paths = Array.from({ length: 20_000 }, (_, n) => `usr/lib/x86_64-linux-gnu/some/where/file-${n}.so`);
  const started = process.cpuUsage();
  expect(paths.filter((path) => exclude.matches(path))).toHaveLength(0);
  // Five times the goal, since tests share the machine.
  expect(process.cpuUsage(started).user / 1000).toBeLessThan(150);
});
