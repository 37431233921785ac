import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { appletNames, busyboxLinks } from '../../../src/rootfs/busybox-links.ts';
import { findProgram, run } from '../../../src/sys/run.ts';
import { byPath, entry, input, tree } from './helpers.ts';

const names = ['[', '[[', 'acpid', 'ash', 'init', 'ip', 'linuxrc', 'ls', 'mount', 'sh', 'udhcpc', 'zcat'];
const binary = Buffer.concat([
  Buffer.from('\x7fELF junk\0[\0[[\0not sorted\0', 'latin1'),
  Buffer.from(`${names.join('\0')}\0\0usage: something\0`, 'latin1'),
]);

function busybox(bytes: Buffer): ReturnType<typeof entry> {
  return entry({
    path: 'usr/bin/busybox',
    type: 'file',
    size: bytes.length,
    content: { bytes },
    mode: 0o755,
  });
}

test('the names are one ascending run of strings', () => {
  expect(appletNames(binary)).toEqual(names);
  expect(appletNames(Buffer.from('nothing of the kind'))).toEqual([]);
});

test('links go where busybox puts them, and only where no package brings the command', async () => {
  const root = tree(busybox(binary), entry({ path: 'usr/bin/ip', type: 'symlink', target: '/bin/ip' }));
  const made = byPath((await busyboxLinks.run(input(root))).entries);
  expect(made.get('usr/bin/ls')).toMatchObject({ type: 'symlink', target: 'busybox' });
  expect(made.get('usr/sbin/init')).toMatchObject({ target: '../bin/busybox' });
  expect(made.has('usr/sbin/ip')).toBe(false);
  expect(made.has('usr/bin/linuxrc')).toBe(false);
});

test('a busybox without a list is a warning', async () => {
  const { entries, warnings } = await busyboxLinks.run(input(tree(busybox(Buffer.from('empty')))));
  expect(entries).toEqual([]);
  expect(warnings[0]?.code).toBe('no-applets');
});

const real = findProgram('busybox');

test.skipIf(real === undefined)(
  'agrees with a real busybox about itself (skipped without busybox)',
  async () => {
    const { stdout } = await run([real ?? '', '--list']);
    expect(appletNames(readFileSync(real ?? ''))).toEqual(stdout.trim().split('\n').sort());
  },
);
