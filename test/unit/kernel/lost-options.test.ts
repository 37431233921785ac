import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../../src/kernel/fragment.ts';
import { parseKconfig } from '../../../src/kernel/kconfig.ts';
import { lostOptions } from '../../../src/kernel/lost-options.ts';
import { mergeFragments } from '../../../src/kernel/merge.ts';

/** In the forms that Linux' own files have. */
const files: Readonly<Record<string, string>> = {
  Kconfig: `mainmenu "Linux/$(ARCH) $(KERNELVERSION) Kernel Configuration"
source "scripts/Kconfig.include"
source "arch/$(SRCARCH)/Kconfig"
source "net/Kconfig"
`,
  'scripts/Kconfig.include': `comma := ,
success = $(if-success,$(1),y,n)
cc-option = $(success,$(CC) -Werror $(CLANG_FLAGS) $(1) -S -x c /dev/null -o /dev/null)
`,
  'arch/x86/Kconfig': `config 64BIT
	bool "64-bit kernel" if "$(ARCH)" = "x86"
	default "$(ARCH)" != "i386"
	help
	  Say yes to build a 64-bit kernel # config NOTHING
	  config HELPTEXT
	    bool "is no option"

config EXPERT
	bool "Configure standard kernel features"

menuconfig MODULES
	bool "Enable loadable module support"
	modules

config HAVE_THING
	def_bool $(cc-option,-mthing)

choice
	prompt "Timer"
	default HZ_250
config HZ_100
	bool "100 HZ"
config HZ_250
	bool "250 HZ"
endchoice

config SCHED_RT
	bool "Real time" if EXPERT
	depends on HAVE_THING

config CORE
	tristate

config LOG_SHIFT
	int "Log size"
	range 12 25
`,
  'net/Kconfig': `menuconfig NET
	bool "Networking support"

if NET

config INET
	bool "TCP/IP networking"

menuconfig NETDEVICES
	depends on INET || \\
		   !EXPERT
	bool "Network device support"

source "net/sub/Kconfig"

endif # if NET
`,
  'net/sub/Kconfig': `menu "Devices"
	depends on NETDEVICES

config TUN
	tristate "TUN/TAP"
	select CORE

config WIFI
	tristate "Wireless"
	depends on INET && (TUN || !TUN)
	depends on MODULES

endmenu
`,
};

const read = (path: string): string | undefined => files[path];

function lost(fragment: string, config: string): Record<string, string | undefined>[] {
  const { asked } = mergeFragments([{ name: 'f', file: '/f', text: fragment, shipped: true }]);
  return lostOptions(asked, parseConfig(config), { read, version: '6.12.1' }).map(
    ({ asked: { name }, message, hint, expected }) => ({ name, message, hint, expected }),
  );
}

describe('options that did not survive', () => {
  test('all definitions are found, and none in help texts', () => {
    const { definitions } = parseKconfig(read, 'Kconfig', { SRCARCH: 'x86' });
    expect([...definitions.keys()]).toEqual(
      [
        '64BIT',
        'EXPERT',
        'MODULES',
        'HAVE_THING',
        'HZ_100',
        'HZ_250',
        'SCHED_RT',
        'CORE',
        'LOG_SHIFT',
      ].concat(['NET', 'INET', 'NETDEVICES', 'TUN', 'WIFI']),
    );
    expect(definitions.get('TUN')?.[0]).toMatchObject({ file: 'net/sub/Kconfig', line: 4, type: 'tristate' });
  });

  test('what is missing is named with all that it needs itself', () => {
    const [tun] = lost('CONFIG_TUN=y\n', '');
    expect(tun?.['message']).toBe('CONFIG_TUN=y has no effect: it depends on NET and NETDEVICES');
    expect(tun?.['hint']).toBe('add `CONFIG_NET=y`, `CONFIG_NETDEVICES=y`');
    // What is asked for, and lost for a reason of its own, is no missing line.
    const all = lost('CONFIG_NETDEVICES=y\nCONFIG_TUN=y\n', 'CONFIG_EXPERT=y\nCONFIG_NET=y\n');
    expect(all.map(({ hint }) => hint)).toEqual(['add `CONFIG_INET=y`', 'add `CONFIG_INET=y`']);
    expect(all[0]?.['message']).toContain('(INET || !EXPERT)');
  });

  test('values that came out as asked are not told of', () => {
    expect(
      lost(
        'CONFIG_NET=y\n# CONFIG_TUN is not set\nCONFIG_LOG_SHIFT=14\n',
        'CONFIG_NET=y\nCONFIG_LOG_SHIFT=14\n',
      ),
    ).toEqual([]);
  });

  test.each([
    ['CONFIG_TUM=y', '', /has no option CONFIG_TUM/, /CONFIG_TUN\?/],
    ['CONFIG_CORE=y', 'CONFIG_NET=y\n', /others select it: CONFIG_TUN/, /take the line out/],
    [
      '# CONFIG_CORE is not set',
      'CONFIG_CORE=y\nCONFIG_TUN=y\n',
      /cannot be off: it is selected by CONFIG_TUN/,
      undefined,
    ],
    [
      'CONFIG_HZ_100=y',
      'CONFIG_HZ_250=y\n',
      /only one of a choice can be on, and it is CONFIG_HZ_250/,
      undefined,
    ],
    ['CONFIG_SCHED_RT=y', '', /depends on HAVE_THING/, undefined],
    ['CONFIG_SCHED_RT=y', 'CONFIG_HAVE_THING=y\n', /only offered with EXPERT/, /add `CONFIG_EXPERT=y`/],
    ['CONFIG_NET=m', 'CONFIG_NET=y\n', /`m` is no value for CONFIG_NET/, undefined],
    ['CONFIG_TUN=m', 'CONFIG_TUN=y\n', /has no modules/, /CONFIG_MODULES=y/],
    ['CONFIG_LOG_SHIFT=99', 'CONFIG_LOG_SHIFT=25\n', /came out as 25/, /range/],
    ['CONFIG_LOG_SHIFT=y', 'CONFIG_LOG_SHIFT=25\n', /`y` is no value/, undefined],
  ])('%s over %j', (fragment, config, message, hint) => {
    const [only] = lost(`${fragment}\n`, config);
    expect(only?.['message']).toMatch(message);
    if (hint !== undefined) expect(only?.['hint']).toMatch(hint);
  });
});
