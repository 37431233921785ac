import { describe, expect, test } from 'vitest';
import { parameters } from '../../../src/base/cmdline.ts';
import { parseCommandLine } from '../../../src/pe/lib/command-line.ts';

describe('parseCommandLine', () => {
  test('without a word of ours it is live, without problems', () => {
    expect(parseCommandLine('BOOT_IMAGE=/vmlinuz quiet console=ttyS0,115200n8\n')).toEqual({
      mode: 'live',
      system: undefined,
      systems: undefined,
      console: undefined,
      dir: undefined,
      data: undefined,
      debug: false,
      problems: [],
    });
  });

  test('reads every parameter', () => {
    const choice = parseCommandLine(
      'diskbios.mode=live diskbios.system=/hd/system0 diskbios.systems=web:lxc,files diskbios.console=web diskbios.dir="/hd/my systems" diskbios.data=LABEL=DATA diskbios.debug',
    );
    expect(choice).toMatchObject({
      mode: 'live',
      system: '/hd/system0',
      systems: ['web:lxc', 'files'],
      console: 'web',
      dir: '/hd/my systems',
      data: 'LABEL=DATA',
      debug: true,
      problems: [],
    });
  });

  test.each([
    ['diskbios.mode=taekover', 'diskbios.mode=taekover is none of live, takeover, dual'],
    ['diskbios.mode', 'diskbios.mode needs a value'],
    ['diskbios.moed=dual', 'diskbios.moed=dual: there is no such parameter; did you mean diskbios.mode?'],
    ['diskbios.mode=takeover', 'diskbios.mode=takeover needs diskbios.system='],
    [
      'diskbios.mode=takeover diskbios.system=..',
      'diskbios.system=.. is not the name of a system: it begins with a dot',
    ],
    ['diskbios.system=../x', 'diskbios.system=../x is not the name of a system: it has a slash in it'],
    ['diskbios.system=/hd/../etc', 'diskbios.system=/hd/../etc is not a whole absolute path'],
    [
      'diskbios.systems=Web',
      "diskbios.systems=Web has an item 'Web' that is not the name of a system: it has capital letters; small ones only, since it becomes a host name",
    ],
    [
      'diskbios.systems=a:qemu',
      "diskbios.systems=a:qemu has an item 'a:qemu' whose engine is none of chroot, lxc, uml, vm",
    ],
    [
      'diskbios.dir=/hd,/usr/x',
      "diskbios.dir=/hd,/usr/x has an item '/usr/x' that lies in /usr, which is the PE's own",
    ],
    [
      'diskbios.systems=a,',
      "diskbios.systems=a, has an item '' that is not the name of a system: it is empty",
    ],
    [
      "diskbios.system=/srv/a'b",
      "diskbios.system=/srv/a'b has characters in it that mount tables do not take",
    ],
    [
      `diskbios.system=/${'a'.repeat(300)}`,
      `diskbios.system=/${'a'.repeat(300)} has more than 200 characters`,
    ],
    [
      `diskbios.system=${'a'.repeat(300)}`,
      `diskbios.system=${'a'.repeat(300)} is not the name of a system: it has 300 characters, and 63 is the most`,
    ],
    ['diskbios.system="a b"', 'diskbios.system=a b is not the name of a system: it has white space in it'],
    [
      'diskbios.console=名前',
      'diskbios.console=名前 is not the name of a system: it may have only the letters a to z, digits and hyphens',
    ],
    [
      'diskbios.data=LABEL=a\u001b[31mb',
      String.raw`diskbios.data=LABEL=a\u001b[31mb has characters in it that no terminal shows`,
    ],
    ['diskbios.console=a/b', 'diskbios.console=a/b is not the name of a system: it has a slash in it'],
    ['diskbios.dir=hd', 'diskbios.dir=hd is not an absolute path'],
    ['diskbios.data=sda1', 'diskbios.data=sda1 is none of LABEL=…, UUID=…, a device, none'],
    ['diskbios.debug=1', 'diskbios.debug=1 takes no value'],
  ])('%s: one line that names it, and live', (text, problem) => {
    expect(parseCommandLine(text)).toMatchObject({ mode: 'live', problems: [problem] });
  });

  test('dual with lists', () => {
    expect(
      parseCommandLine('diskbios.mode=dual diskbios.dir=/hd,/srv/more diskbios.data=LABEL=A,UUID=1-2'),
    ).toMatchObject({ mode: 'dual', dir: '/hd,/srv/more', data: 'LABEL=A,UUID=1-2', problems: [] });
  });

  test.each(['box', '/srv/debian'])('take-over of %s', (system) => {
    expect(parseCommandLine(`diskbios.mode=takeover diskbios.system=${system}`)).toMatchObject({
      ...{ mode: 'takeover', system, problems: [] },
    });
  });

  test('knows every parameter of the contract', () => {
    for (const { name } of parameters) {
      expect(parseCommandLine(`${name}=?`).problems.join()).not.toContain('no such parameter');
    }
  });
});
