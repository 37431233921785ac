import { expect, test } from 'vitest';
import { isForIpxe } from '../../../src/base/netboot.ts';
import type { GrubBoot } from '../../../src/formats/grub-cfg.ts';
import { type IpxePaths, ipxeMenu } from '../../../src/formats/ipxe-menu.ts';

const paths: IpxePaths = {
  kernel: '/boot/vmlinuz',
  initrd: '/boot/initrd.img',
  memtestBios: '/boot/memtest.bin',
  memtestEfi: '/boot/memtest.efi',
};
const live: GrubBoot['entries'][number] = {
  ...{ title: 'My box, live', mode: 'live' as const, system: undefined, systems: [], console: undefined },
  ...{ data: undefined, debug: false, cmdline: ['quiet'] },
};
const boot: GrubBoot = {
  ...{
    timeout: 7,
    default: 'Both ${worlds}',
    consoles: ['tty0', 'ttyS0,115200n8'],
    memtest: true,
    firstDisk: true,
  },
  entries: [live, { ...live, title: 'Both ${worlds}', mode: 'dual', systems: ['web'] }],
  ...{ cmdline: ['panic=30'], systemsDir: '/hd' },
};

test('entries have the titles, order, words and default of the recipe', () => {
  const script = ipxeMenu('mybox 1.0', boot, paths);
  const items = script.split('\n').filter((line) => line.startsWith('item'));
  expect(items).toEqual([
    'item --key 1 entry-1 My box, live',
    'item --key 2 entry-2 Both $ {worlds}',
    'item --key m memory-test Memory test',
    'item --key d first-disk Boot from the first disk',
    'item --key r restart Restart',
    'item --key p power-off Power off',
  ]);
  // Each item leads somewhere.
  for (const item of items) expect(script).toContain(`\n:${item.split(' ')[3]}\n`);
  expect(script).toContain('set usual entry-2\nset timeout 7000\n');
  expect(script.split('\n').filter((line) => line.startsWith('kernel boot/vmlinuz'))).toEqual([
    'kernel boot/vmlinuz initrd=initrd.magic diskbios.mode=live console=tty0 console=ttyS0,115200n8 panic=30 quiet ${card} || goto failed',
    'kernel boot/vmlinuz initrd=initrd.magic diskbios.mode=dual diskbios.systems=web console=tty0 console=ttyS0,115200n8 panic=30 quiet ${card} || goto failed',
  ]);
});

test('without a time to wait the default starts at once; what the recipe has not is not in the menu', () => {
  const script = ipxeMenu('mybox 1.0', { ...boot, timeout: 0, memtest: false, firstDisk: false }, paths);
  expect(script.indexOf('\ngoto entry-2\n')).toBeGreaterThan(0);
  expect(script.indexOf('\ngoto entry-2\n')).toBeLessThan(script.indexOf('\n:menu\n'));
  expect(script).not.toMatch(/memory-test|first-disk/);
});

test('words that iPXE would take for its own are known', () => {
  expect(['a=${b}', '||', '&&', ';', '#x'].map(isForIpxe)).toEqual([false, false, false, false, false]);
  expect(['a=$b', 'a||b', 'a#b', 'quiet'].every(isForIpxe)).toBe(true);
  expect(() => ipxeMenu('x', { ...boot, cmdline: ['x=${y}'] }, paths)).toThrow('x=${y}');
});
