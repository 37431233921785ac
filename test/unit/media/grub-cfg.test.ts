import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { handOverTitle } from '../../../src/base/menu-titles.ts';
import { grubConfig, grubQuote, systemsConfig } from '../../../src/formats/grub-cfg.ts';
import { readGrubMenu } from '../../../src/formats/grub-menu.ts';
import { findProgram, run } from '../../../src/sys/run.ts';
import { fullMenu, paths, smallMenu, templates } from './menus.ts';

const config = (menu = fullMenu) => grubConfig('diskbios 0.1.0', menu, paths, templates);
const systems = (menu = fullMenu) => systemsConfig(menu, paths, templates);
const checker = findProgram('grub-script-check');

describe('grub.cfg', () => {
  it('is the same as the golden file', async () => {
    await expect(config()).toMatchFileSnapshot('../../golden/grub-full.cfg');
    await expect(config(smallMenu)).toMatchFileSnapshot('../../golden/grub-small.cfg');
    await expect(systems(smallMenu)).toMatchFileSnapshot('../../golden/grub-systems.cfg');
  });

  it('says to a reader of GRUB menus what the recipe said', () => {
    const menu = readGrubMenu(config());
    expect(menu.timeout).toBe(5);
    const titles = menu.entries.map((entry) => entry.title);
    expect(titles.slice(0, 3)).toEqual(fullMenu.entries.map((entry) => entry.title));
    expect(titles).toContain('Memory test');
    expect(titles).toContain('Boot from the first disk');
    expect(menu.entries[1]).toMatchObject({
      kernel: '/boot/vmlinuz',
      initrds: ['/boot/initrd.img', '/diskbios/personal.cpio'],
    });
  });

  it('looks for systems in a file of its own, behind the recipe’s entries', () => {
    expect(config()).toMatch(/^source \/boot\/grub\/systems\.cfg$/m);
    expect(systems()).toContain(`if [ -f "$device"'/srv/my systems/.pe/grubenv' ]; then`);
    expect(systems()).toContain(
      `linux /boot/vmlinuz "diskbios.system=$2" diskbios.mode=takeover console=tty0 console=ttyS1,115200n8r panic=30`,
    );
    expect(systems()).toContain(`menuentry "${handOverTitle('$system')}"`);
  });

  it('starts the default by title', () => {
    expect(config()).toMatch(/^set default=entry-3$/m);
    expect(() => config({ ...fullMenu, default: 'nobody' })).toThrow('no boot entry has the title "nobody"');
  });

  it('shows no menu for timeout 0, unless Shift is held', () => {
    expect(config(smallMenu)).toMatch(/^set timeout_style=hidden$/m);
    expect(config(smallMenu)).toContain('keystatus --shift');
    expect(config()).toMatch(/^set timeout_style=menu$/m);
    expect(config()).not.toContain('keystatus');
  });

  it('uses the serial port of the consoles, and none without', () => {
    expect(config()).toContain('serial --unit=1 --speed=115200 --word=8 --parity=no --stop=1 --rtscts=on;');
    expect(config(smallMenu)).not.toContain('serial --unit');
  });

  it.skipIf(checker === undefined)('passes grub-script-check (needs grub-common)', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'diskbios-grub-'));
    try {
      for (const menu of [fullMenu, smallMenu]) {
        for (const text of [config(menu), systems(menu)]) {
          writeFileSync(join(dir, 'grub.cfg'), text);
          await run([checker!, join(dir, 'grub.cfg')]);
        }
      }
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});

describe('quoting for GRUB', () => {
  it.each([
    ['plain-1.0', 'plain-1.0'],
    ["it's", "'it'\\''s'"],
    ['$HOME `x` \\ "y"', '\'$HOME `x` \\ "y"\''],
    ['two\nlines', "'two lines'"],
    ['', "''"],
    ['{', "'{'"],
  ])('%j becomes %j', (text, quoted) => expect(grubQuote(text)).toBe(quoted));
});
