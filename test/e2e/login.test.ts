import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { bootGuest, medium, network, passMenu, waitForReady } from '../helpers/boot.ts';
import { logIn, oneTimePassword } from '../helpers/serial-shell.ts';
import { freePort, ssh } from '../helpers/ssh.ts';

const { images, tools } = inject('fixture');

// That the images boot everywhere is proven by the recipes' own `tests:` (recipes.test.ts).
test('root logs in on the console with the one-time password, which counts nowhere else', async () => {
  const port = await freePort();
  const guest = await bootGuest({
    tools,
    name: 'login',
    drives: [medium(join(images, 'cloud.iso'), 'cd')],
    networks: network({ host: port, guest: 22 }),
  });
  await passMenu(guest);
  await waitForReady(guest);
  const password = await oneTimePassword(guest);
  const shell = await logIn(guest, password);
  expect(await shell.output('readlink /proc/1/exe')).toMatch(/\/busybox$/);
  expect(await shell.output('hostname')).toBe('cloud');
  expect(await shell.output('cat /etc/resolv.conf')).toMatch(/nameserver 10\.0\.2\.3/);

  const overNetwork = await ssh({ tools, port, key: undefined, password }, 'id -un');
  expect(overNetwork.err).toMatch(/^key-refused/);
  expect(overNetwork.out, 'the one-time password does not count over the network').toBe('');
  await shell.run('poweroff');
  await guest.waitForPowerOff({ within: 30_000 });
});
