import { describe, expect, it } from 'vitest';
import { readGrubMenu } from '../../../src/formats/grub-menu.ts';

describe('reading a grub.cfg', () => {
  it('finds entries, their kernels, command lines and initrds', () => {
    const menu = readGrubMenu(`
set timeout=7
set default="First; one"
menuentry "First; one" --class live {
  linux /boot/vmlinuz a=1 \\
    b="two words" # not this
  initrd /boot/one /boot/two
}`);
    expect(menu).toEqual({
      timeout: 7,
      default: 'First; one',
      entries: [
        {
          title: 'First; one',
          within: [],
          kernel: '/boot/vmlinuz',
          cmdline: ['a=1', 'b=two words'],
          initrds: ['/boot/one', '/boot/two'],
        },
      ],
    });
  });

  it('understands quotes, submenus, variables and entries on one line', () => {
    const menu = readGrubMenu(
      `set k=/vmlinuz
submenu "More" { menuentry 'It'\\''s "this"' { linux \${k} "x\\$y"; initrd $i } }`,
    );
    expect(menu.entries).toEqual([
      { title: `It's "this"`, within: ['More'], kernel: '/vmlinuz', cmdline: ['x$y'], initrds: ['$i'] },
    ]);
  });

  it('counts entries inside conditions, and those that load no kernel', () => {
    const menu = readGrubMenu('if [ "$a" = b ]; then\nmenuentry "Power off" {\n halt\n}\nfi\n');
    expect(menu.entries).toEqual([
      { title: 'Power off', within: [], kernel: undefined, cmdline: [], initrds: [] },
    ]);
    expect(menu.timeout).toBeUndefined();
  });
});
