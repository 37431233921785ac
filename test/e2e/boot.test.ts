import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { bootGuest, medium, network, passMenu, waitForReady } from '../helpers/boot.ts';
import { logIn, oneTimePassword } from '../helpers/serial-shell.ts';
import { freePort, ssh } from '../helpers/ssh.ts';

const { images, tools } = inject('fixture');

describe.each(['minimal', 'cloudbios', 'diskbios'])('%s.iso', (recipe) => {
  test.each([
    ['bios', 'cd'],
    ['bios', 'usb'],
    ['uefi', 'cd'],
    ['uefi', 'usb'],
  ] as const)('boots on %s from %s, lets root in and switches off', async (firmware, as) => {
    const port = await freePort();
    const guest = await bootGuest({
      tools,
      name: `${recipe}-${firmware}-${as}`,
      firmware,
      drives: [medium(join(images, `${recipe}.iso`), as)],
      networks: network({ host: port, guest: 22 }),
    });
    await passMenu(guest);
    await waitForReady(guest);
    const password = await oneTimePassword(guest);
    const shell = await logIn(guest, password);

    expect(await shell.output('readlink /proc/1/exe')).toMatch(/\/busybox$/);
    expect(await shell.output(`awk '$2 == "/" { print $3 }' /proc/mounts`)).toBe('overlay');
    expect(await shell.output('hostname')).toBe(recipe);
    expect(await shell.output('[ -d /sys/firmware/efi ] && echo uefi || echo bios')).toBe(firmware);
    // The shell's own `ip` is busybox's, which knows less.
    expect(await shell.output('/usr/bin/ip -br -4 address')).toContain('10.0.2.15/24');
    expect(await shell.output('cat /etc/resolv.conf')).toMatch(/nameserver 10\.0\.2\.3/);

    if (recipe !== 'minimal') {
      const overNetwork = await ssh({ tools, port, key: undefined, password }, 'id -un');
      expect(overNetwork.err).toMatch(/^key-refused/);
      expect(overNetwork.out, 'the one-time password does not count over the network').toBe('');
    }

    await shell.run('poweroff');
    await guest.waitForPowerOff({ within: 30_000 });
  });
});

test('a machine with 256 MB of memory boots the cloud recipe', async () => {
  const drives = [medium(join(images, 'cloudbios.iso'), 'cd')];
  const guest = await bootGuest({ tools, name: 'small', memory: 256 * 1024 ** 2, drives });
  await passMenu(guest);
  await waitForReady(guest);
});
