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
          id: undefined,
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
      {
        title: `It's "this"`,
        id: undefined,
        within: ['More'],
        kernel: '/vmlinuz',
        cmdline: ['x$y'],
        initrds: ['$i'],
      },
    ]);
  });

  it.each(['entry-2', 'Two', '1'])(
    'knows the default entry by its id, its title or its number: %s',
    (name) => {
      const menu = readGrubMenu(
        `set default=${name}\nmenuentry One --id=entry-1 {\n}\nmenuentry Two --class x --id entry-2 {\n}\n`,
      );
      expect(menu.default).toBe('Two');
      expect(menu.entries.map((entry) => entry.id)).toEqual(['entry-1', 'entry-2']);
    },
  );

  it('counts entries inside conditions, and those that load no kernel', () => {
    const menu = readGrubMenu('if [ "$a" = b ]; then\nmenuentry "Power off" {\n halt\n}\nfi\n');
    expect(menu.entries).toEqual([
      { title: 'Power off', id: undefined, within: [], kernel: undefined, cmdline: [], initrds: [] },
    ]);
    expect(menu.timeout).toBeUndefined();
  });
});
