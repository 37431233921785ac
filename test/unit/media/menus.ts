import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../src/base/package-root.ts';
import {
  type GrubBoot,
  type GrubPaths,
  type GrubTemplates,
  grubTemplates,
} from '../../../src/formats/grub-cfg.ts';

type Entry = GrubBoot['entries'][number];

const plain: Entry = {
  title: 'diskbios',
  mode: 'live',
  system: undefined,
  systems: [],
  console: undefined,
  data: undefined,
  debug: false,
  cmdline: [],
};

type PlainMenu = GrubBoot & { readonly secure: { readonly kind: 'off' }; readonly quiet: boolean };

/** A menu with an entry of each mode, titles that are hard to quote, both extras, screen and serial console. */
export const fullMenu: PlainMenu = {
  secure: { kind: 'off' },
  quiet: false,
  timeout: 5,
  default: `$HOME's "desk" \\ & 服务器`,
  consoles: ['tty0', 'ttyS1,115200n8r'],
  entries: [
    plain,
    {
      ...plain,
      title: 'Take over: system0 > now',
      mode: 'takeover',
      system: '/hd/system0',
      cmdline: ['quiet'],
    },
    {
      ...plain,
      title: `$HOME's "desk" \\ & 服务器`,
      mode: 'dual',
      systems: ['desk:lxc', 'srv:vm'],
      console: 'desk',
      data: 'LABEL=MY DATA',
      debug: true,
    },
  ],
  memtest: true,
  firstDisk: true,
  cmdline: ['panic=30', 'dyndbg="file x.c +p"'],
  systemsDir: '/srv/my systems,/hd',
};

/** One entry, no menu, no serial console. */
export const smallMenu: PlainMenu = {
  secure: { kind: 'off' },
  quiet: false,
  timeout: 0,
  default: 'diskbios',
  consoles: ['tty0'],
  entries: [plain],
  memtest: false,
  firstDisk: false,
  cmdline: [],
  systemsDir: '/hd',
};

export const paths: GrubPaths = {
  kernel: '/boot/vmlinuz',
  initrd: '/boot/initrd.img',
  theme: '/boot/grub/theme/theme.txt',
  fonts: ['/boot/grub/fonts/a.pf2', '/boot/grub/fonts/b.pf2'],
  terminalFont: 'GNU Unifont Regular 16',
  memtestBios: '/boot/memtest.bin',
  memtestEfi: '/boot/memtest.efi',
  systems: '/boot/grub/systems.cfg',
};

export const templates = Object.fromEntries(
  grubTemplates.map((name) => [name, readFileSync(join(packageRoot(), 'grub', `${name}.cfg.in`), 'utf8')]),
) as GrubTemplates;
