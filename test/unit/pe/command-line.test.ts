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
    [
      'diskbios.mode=takeover diskbios.system=a',
      'diskbios.mode=takeover is not available in this version yet',
    ],
    ['diskbios.mode=dual', 'diskbios.mode=dual is not available in this version yet'],
    ['diskbios.system=../x', 'diskbios.system=../x is neither the name of a system nor an absolute path'],
    ['diskbios.systems=a,', "diskbios.systems=a, has an item '' that is not name[:engine]"],
    ['diskbios.console=a/b', 'diskbios.console=a/b is not the name of a system'],
    ['diskbios.dir=hd', 'diskbios.dir=hd is not an absolute path'],
    ['diskbios.data=sda1', 'diskbios.data=sda1 is none of LABEL=…, UUID=…, a device, none'],
    ['diskbios.debug=1', 'diskbios.debug=1 takes no value'],
  ])('%s: one line that names it, and live', (text, problem) => {
    expect(parseCommandLine(text)).toMatchObject({ mode: 'live', problems: [problem] });
  });

  test('knows every parameter of the contract', () => {
    for (const { name } of parameters) {
      expect(parseCommandLine(`${name}=?`).problems.join()).not.toContain('no such parameter');
    }
  });
});
