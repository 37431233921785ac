import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../../../src/base/package-root.ts';
import { type GrubTemplates, grubConfig, grubTemplates } from '../../../src/formats/grub-cfg.ts';
import { readGrubMenu } from '../../../src/formats/grub-menu.ts';
import { fullMenu } from '../media/menus.ts';

const templates = Object.fromEntries(
  grubTemplates.map((name) => [name, readFileSync(join(packageRoot(), 'grub', `${name}.cfg.in`), 'utf8')]),
) as GrubTemplates;
const paths = {
  ...{
    kernel: '/boot/vmlinuz',
    initrd: '/boot/initrd.img',
    theme: '/theme.txt',
    fonts: [],
    terminalFont: 'x',
  },
  ...{ memtestBios: '/m.bin', memtestEfi: '/m.efi', systems: '/systems.cfg' },
};

it('a quiet image has one entry that shows all, under a key, and no other is changed but by the word', () => {
  const loud = grubConfig('x', fullMenu, paths, templates);
  const quiet = grubConfig('x', { ...fullMenu, quiet: true }, paths, templates);
  expect(loud).not.toContain('--hotkey=v');
  expect(quiet).toContain('--id verbose');
  expect(quiet).toContain('--hotkey=v');
  const [before, after] = [readGrubMenu(loud).entries, readGrubMenu(quiet).entries];
  const all = after.find(({ id }) => id === 'verbose');
  const usual = before.find(({ title }) => title === fullMenu.default);
  expect(all?.title).toBe(`${fullMenu.default}, with all messages`);
  expect(all?.cmdline).not.toContain('quiet');
  expect(all?.cmdline.toSorted()).toEqual([...(usual?.cmdline ?? []), 'ignore_loglevel'].toSorted());
  for (const entry of before.filter(({ id }) => id?.startsWith('entry-')))
    expect(after.find(({ id }) => id === entry.id)?.cmdline.toSorted()).toEqual(
      [...entry.cmdline, 'quiet'].toSorted(),
    );
});
